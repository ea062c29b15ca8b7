using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Conformance;

/// <summary>A JSON value as Go prints it with <c>%v</c>, e.g. <c>map[a:1 b:[x y]]</c>.</summary>
internal static class GoText
{
    private const int SmallestPlainExponent = -4;
    private const int SmallestScientificExponent = 6;

    public static string Of(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject members => $"map[{string.Join(' ', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}:{Of(member.Value)}"))}]",
        JsonArray items => $"[{string.Join(' ', items.Select(Of))}]",
        _ when node.GetValueKind() == JsonValueKind.Number => Number(double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture)),
        _ when node.GetValueKind() == JsonValueKind.String => node.GetValue<string>(),
        _ => node.ToJsonString(),
    };

    private static string Number(double value)
    {
        var exponent = value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return exponent is >= SmallestPlainExponent and < SmallestScientificExponent
            ? value.ToString(CultureInfo.InvariantCulture)
            : value.ToString("0.################e+00", CultureInfo.InvariantCulture);
    }
}
