using System.Globalization;
using System.Text;
using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.Locks;

/// <summary>The body of both calls, read as protobuf's JSON form: either spelling of a name, numbers also as texts, what is unknown is ignored.</summary>
internal sealed record LockRequest(string Resource, string Owner, int Expiry)
{
    /// <summary>Reads a body; null with the problem in protobuf's words. No body at all is an empty request.</summary>
    public static LockRequest? Read(byte[] body, out string problem)
    {
        problem = "";
        if (body.Length == 0)
        {
            return new LockRequest("", "", 0);
        }

        using var document = GoJson.Decode(body, out _);
        if (document is null)
        {
            problem = $"proto: syntax error ({Position(body)}): unexpected token {FirstToken(body)}";
            return null;
        }

        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            problem = $"proto: syntax error ({Position(body)}): unexpected token {root.GetRawText()[..1]}";
            return null;
        }

        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var expiry = 0;
        foreach (var member in root.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            var field = member.Name switch { "resource_id" => "resourceId", "lock_owner" => "lockOwner", "store_name" => "storeName", "expiry_in_seconds" => "expiryInSeconds", var name => name };
            if (field is "resourceId" or "lockOwner" or "storeName")
            {
                if (member.Value.ValueKind != JsonValueKind.String)
                {
                    problem = $"proto: (line 1:1): invalid value for string field {field}: {member.Value.GetRawText()}";
                    return null;
                }

                texts[field] = member.Value.GetString()!;
            }
            else if (field == "expiryInSeconds" && !TryReadNumber(member.Value, out expiry))
            {
                problem = $"proto: (line 1:1): invalid value for int32 field {field}: {member.Value.GetRawText()}";
                return null;
            }
        }

        return new LockRequest(texts.GetValueOrDefault("resourceId", ""), texts.GetValueOrDefault("lockOwner", ""), expiry);
    }

    private static bool TryReadNumber(JsonElement value, out int number)
    {
        number = 0;
        var text = value.ValueKind switch { JsonValueKind.Number => value.GetRawText(), JsonValueKind.String => value.GetString()!, _ => "" };
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) || exact != decimal.Truncate(exact) || exact is < int.MinValue or > int.MaxValue)
        {
            return false;
        }

        number = (int)exact;
        return true;
    }

    // Where the first thing behind the blanks stands, or the end.
    private static string Position(byte[] body)
    {
        var (line, column) = (1, 1);
        foreach (var octet in body.AsSpan(0, Blanks(body)))
        {
            (line, column) = octet == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        return $"line {line}:{column}";
    }

    private static string FirstToken(byte[] body) => Blanks(body) is var at && at < body.Length ? Encoding.UTF8.GetString(body, at, 1) : "";

    private static int Blanks(byte[] body) => body.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) is var at and >= 0 ? at : body.Length;
}
