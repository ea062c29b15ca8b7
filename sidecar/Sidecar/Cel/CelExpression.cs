using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecar.Cel;

/// <summary>
/// A condition in CEL, as routing rules over events and trips of breakers use it. Values: null, bool, long, double, string, list
/// (<c>List&lt;object?&gt;</c>), map (<c>Dictionary&lt;string, object?&gt;</c>). JSON numbers are doubles, as in Dapr; numbers of both kinds
/// compare by value. As in Dapr it is parsed, not type-checked: what has no meaning shows in the evaluation.
/// </summary>
internal sealed class CelExpression
{
    private readonly CelNode _root;

    private CelExpression(CelNode root) => _root = root;

    /// <summary>Parses; throws <see cref="CelSyntaxException"/> with the place of the mistake.</summary>
    public static CelExpression Parse(string text) => new(new CelParser(text).Parse());

    /// <summary>Evaluates over the variable <c>event</c>; throws <see cref="CelEvaluationException"/> when that does not give a boolean.</summary>
    public bool Matches(JsonNode? cloudEvent) =>
        Matches(new Dictionary<string, object?>(StringComparer.Ordinal) { ["event"] = ToValue(JsonSerializer.SerializeToElement(cloudEvent)) });

    /// <summary>Evaluates over the variables of <paramref name="scope"/>; throws <see cref="CelEvaluationException"/> when that does not give a boolean.</summary>
    public bool Matches(Dictionary<string, object?> scope) =>
        _root.Evaluate(scope) is bool result ? result : throw new CelEvaluationException("it does not give a boolean");

    // Of a name that stands twice the last one counts, as in Go.
    private static object? ToValue(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => ToMap(element),
        JsonValueKind.Array => element.EnumerateArray().Select(ToValue).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static Dictionary<string, object?> ToMap(JsonElement element)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            map[member.Name] = ToValue(member.Value);
        }

        return map;
    }
}

/// <summary>A part of an expression.</summary>
internal delegate object? CelEvaluation(Dictionary<string, object?> scope);

/// <summary>A parsed part: how it is evaluated, and its field access if it is one (for <c>has</c>).</summary>
internal sealed record CelNode(CelEvaluation Evaluate, string? Name = null, CelNode? Operand = null, string? Field = null);
