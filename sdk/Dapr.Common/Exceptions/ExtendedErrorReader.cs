using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Dapr.Common.Exceptions;

/// <summary>Reads the details of an error of the HTTP API: messages of google.rpc in JSON, their names with underscores or in camel case.</summary>
internal static class ExtendedErrorReader
{
    private const string Prefix = "type.googleapis.com/google.rpc.";

    /// <summary>The error in full; null when its body has no details.</summary>
    internal static DaprExtendedErrorInfo? Read(HttpStatusCode status, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && Elements(document.RootElement, "details") is { Count: > 0 } details
                ? new DaprExtendedErrorInfo(Code(status), Text(document.RootElement, "message")) { Details = [.. details.Select(Detail)] }
                : null;
        }
        catch (JsonException)
        {
            return null; // not the API's error shape
        }
    }

    private static DaprExtendedErrorDetail Detail(JsonElement detail)
    {
        var type = Text(detail, "@type");
        return type.Replace(Prefix, "", StringComparison.OrdinalIgnoreCase) switch
        {
            "ErrorInfo" => new DaprErrorInfoDetail(Text(detail, "reason"), Text(detail, "domain"), Map(detail, "metadata")),
            "RetryInfo" => new DaprRetryInfoDetail { Delay = Delay(detail) },
            "DebugInfo" => new DaprDebugInfoDetail([.. Elements(detail, "stackEntries").Select(entry => entry.ToString())], Text(detail, "detail")),
            "QuotaFailure" => new DaprQuotaFailureDetail
            {
                Violations = [.. Elements(detail, "violations").Select(one => new DaprQuotaFailureViolation(Text(one, "subject"), Text(one, "description")))],
            },
            "PreconditionFailure" => new DaprPreconditionFailureDetail
            {
                Violations = [.. Elements(detail, "violations").Select(one => new DaprPreconditionFailureViolation(Text(one, "type"), Text(one, "subject"), Text(one, "description")))],
            },
            "RequestInfo" => new DaprRequestInfoDetail(Text(detail, "requestId"), Text(detail, "servingData")),
            "LocalizedMessage" => new DaprLocalizedMessageDetail(Text(detail, "locale"), Text(detail, "message")),
            "BadRequest" => new DaprBadRequestDetail
            {
                FieldViolations = [.. Elements(detail, "fieldViolations").Select(one => new DaprBadRequestDetailFieldViolation(Text(one, "field"), Text(one, "description")))],
            },
            "Help" => new DaprHelpDetail { Links = [.. Elements(detail, "links").Select(one => new DaprHelpDetailLink(Text(one, "url"), Text(one, "description")))] },
            "ResourceInfo" => new DaprResourceInfoDetail(Text(detail, "resourceType"), Text(detail, "resourceName"), Text(detail, "owner"), Text(detail, "description")),
            _ => new DaprUnknownDetail(type),
        };
    }

    // A duration is a text like "1.5s", or an object with seconds and nanos.
    private static DaprRetryDelay Delay(JsonElement detail)
    {
        const int NanosOfSecond = 1_000_000_000;
        if (Member(detail, "retryDelay") is { ValueKind: JsonValueKind.Object } parts)
        {
            return new DaprRetryDelay(Number(parts, "seconds"), (int)Number(parts, "nanos"));
        }

        return decimal.TryParse(Text(detail, "retryDelay").TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? new DaprRetryDelay((long)seconds, (int)((seconds - Math.Truncate(seconds)) * NanosOfSecond))
            : new DaprRetryDelay(0, 0);
    }

    private static JsonElement? Member(JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return parent.TryGetProperty(name, out var member) || parent.TryGetProperty(JsonNamingPolicy.SnakeCaseLower.ConvertName(name), out member) ? member : null;
    }

    private static string Text(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    private static long Number(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : 0;

    private static IReadOnlyList<JsonElement> Elements(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : [];

    private static Dictionary<string, string>? Map(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.ToString(), StringComparer.Ordinal) : null;

    // The HTTP API does not tell the code of gRPC: these are the statuses that stand for one each.
    private static int Code(HttpStatusCode status) => (int)status switch
    {
        400 => 3,
        401 => 16,
        403 => 7,
        404 => 5,
        409 => 10,
        429 => 8,
        500 => 13,
        501 => 12,
        503 => 14,
        504 => 4,
        _ => 2,
    };
}
