using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sidecar.Faults;

namespace Sidecar.Host.Control;

/// <summary>
/// Fault injection at the control port: <c>GET /faults</c> lists, <c>PUT /faults/NAME</c> adds or replaces one (a JSON object with the
/// fields of the run file), <c>PUT /faults</c> replaces all by a list, <c>DELETE</c> of either takes away.
/// </summary>
internal static class FaultEndpoints
{
    public static void Map(WebApplication server, FaultInjection faults)
    {
        server.MapGet("/faults", () => TypedResults.Json(Status(faults)));
        server.MapPut("/faults", async (HttpContext http) => ReplaceAll(faults, await BodyAsync(http)));
        server.MapPut("/faults/{name}", async (string name, HttpContext http) => Set(faults, name, await BodyAsync(http)));
        server.MapDelete("/faults", () => ReplaceAll(faults, JsonSerializer.SerializeToElement<object[]>([])));
        server.MapDelete("/faults/{name}", (string name) => faults.Remove(name)
            ? Results.NoContent()
            : Results.Text($"there is no fault '{name}'; the faults: {string.Join(", ", faults.Active.Select(fault => fault.Rule.Name))}", statusCode: StatusCodes.Status404NotFound));
    }

    /// <summary>The faults as status shows them.</summary>
    public static IReadOnlyList<FaultStatus> Status(FaultInjection faults) => [.. faults.Active.Select(fault => new FaultStatus(fault.Rule.Name, fault.Rule.Describe(), fault.Hits))];

    private static async Task<JsonElement?> BodyAsync(HttpContext http)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IResult Set(FaultInjection faults, string name, JsonElement? body)
    {
        var problems = new List<string>();
        if (Read(body, name, problems) is not { } rule)
        {
            return Refuse(problems);
        }

        faults.Set(rule with { Name = name });
        return Results.NoContent();
    }

    private static IResult ReplaceAll(FaultInjection faults, JsonElement? body)
    {
        if (body is not { ValueKind: JsonValueKind.Array } list)
        {
            return Refuse(["the body is no JSON list of faults"]);
        }

        var problems = new List<string>();
        var rules = list.EnumerateArray().Select((item, index) => Read(item, $"fault-{index + 1}", problems)).ToList();
        if (problems.Count > 0)
        {
            return Refuse(problems);
        }

        faults.Replace(rules.OfType<FaultRule>());
        return Results.NoContent();
    }

    private static FaultRule? Read(JsonElement? body, string name, List<string> problems)
    {
        if (body is not { ValueKind: JsonValueKind.Object } fields)
        {
            problems.Add($"{name}: is no JSON object with the fields of a fault");
            return null;
        }

        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in fields.EnumerateObject())
        {
            texts[field.Name] = field.Value.ValueKind switch
            {
                JsonValueKind.String => field.Value.GetString()!,
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => field.Value.GetRawText(),
            };
        }

        var rule = FaultRuleReader.Read(texts, name, out var found);
        problems.AddRange(found.Select(problem => $"{name}.{problem}"));
        return rule;
    }

    private static IResult Refuse(IReadOnlyList<string> problems) => Results.Text(string.Join('\n', problems), statusCode: StatusCodes.Status400BadRequest);
}
