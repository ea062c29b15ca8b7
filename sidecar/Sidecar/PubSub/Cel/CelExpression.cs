using System.Text.Json.Nodes;

namespace Sidecar.PubSub.Cel;

/// <summary>
/// A routing rule: the part of CEL that rules over events use. Values: null, bool, long, double, string, list (<c>List&lt;object?&gt;</c>), map
/// (<c>Dictionary&lt;string, object?&gt;</c>). JSON numbers are doubles, as in Dapr; numbers of both kinds compare by value.
/// </summary>
internal sealed class CelExpression
{
    private readonly CelNode _root;

    private CelExpression(CelNode root) => _root = root;

    /// <summary>Parses; throws <see cref="CelSyntaxException"/> with the place of the mistake.</summary>
    public static CelExpression Parse(string text) => new(new CelParser(text).Parse());

    /// <summary>Evaluates over the variable <c>event</c>; throws <see cref="CelEvaluationException"/> when that does not give a boolean.</summary>
    public bool Matches(JsonNode? cloudEvent)
    {
        var scope = new Dictionary<string, object?>(StringComparer.Ordinal) { ["event"] = ToValue(cloudEvent) };
        return _root.Evaluate(scope) is bool result ? result : throw new CelEvaluationException("the rule does not give a boolean");
    }

    private static object? ToValue(JsonNode? node) => node switch
    {
        null => null,
        JsonArray array => array.Select(ToValue).ToList(),
        JsonObject map => map.ToDictionary(member => member.Key, member => ToValue(member.Value), StringComparer.Ordinal),
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value when value.TryGetValue<bool>(out var truth) => truth,
        _ => node.GetValue<double>(),
    };
}

/// <summary>A part of an expression.</summary>
internal delegate object? CelEvaluation(Dictionary<string, object?> scope);

/// <summary>A parsed part: how it is evaluated, and its field access if it is one (for <c>has</c>).</summary>
internal sealed record CelNode(CelEvaluation Evaluate, string? Name = null, CelNode? Operand = null, string? Field = null);
