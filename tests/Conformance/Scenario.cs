using System.Text.Json.Nodes;

namespace Conformance;

/// <summary>One recorded scenario of the real daprd (golden/README.md describes the format).</summary>
internal sealed record Scenario(string Id, string Area, string Title, JsonObject Setup, IReadOnlyList<JsonObject> Steps, IReadOnlyList<string> Unstable)
{
    /// <summary>Whether the outcome depends on the clock: times are compared, or something is to happen, or not, while it waits.</summary>
    public bool IsTimed => Steps.Any(step => step["timing"] is not null || step["request"]!["action"]?.GetValue<string>() == "wait");

    /// <summary>About how long it waits, in milliseconds.</summary>
    public double Waits => Steps.Sum(step => (step["request"]!["ms"]?.GetValue<double>() ?? 0) + (step["request"]!["quietMs"]?.GetValue<double>() ?? 0) + (step["await"]?["thenQuietMs"]?.GetValue<double>() ?? 0))
        + (Setup["settleMs"]?.GetValue<double>() ?? 0);

    /// <summary>Reads every scenario of a folder of .jsonl files.</summary>
    public static IReadOnlyList<Scenario> Load(string folder)
    {
        return [.. Directory.EnumerateFiles(folder, "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Where(line => line.Length > 0).Select(Parse)];
    }

    private static Scenario Parse(string line)
    {
        var node = JsonNode.Parse(line)!.AsObject();
        return new Scenario(
            node["id"]!.GetValue<string>(),
            node["area"]!.GetValue<string>(),
            node["title"]!.GetValue<string>(),
            node["setup"]!.AsObject(),
            [.. node["steps"]!.AsArray().Select(step => step!.AsObject())],
            [.. (node["unstable"] as JsonArray ?? []).Select(path => path!.GetValue<string>())]);
    }
}
