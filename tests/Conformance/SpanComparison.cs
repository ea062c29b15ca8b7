using System.Text.Json.Nodes;

namespace Conformance;

/// <summary>Zipkin spans in the form of the recordings: sorted, parents and traces by name.</summary>
internal static class SpanComparison
{
    /// <summary>The spans that a fake Zipkin got, as the recordings show them.</summary>
    public static IReadOnlyList<JsonObject> Shape(IEnumerable<JsonObject> spans)
    {
        var all = spans.ToList();
        var byId = all.ToDictionary(span => span["id"]!.GetValue<string>(), StringComparer.Ordinal);
        return [.. all.Select(span => Shape(span, byId))];
    }

    /// <summary>Compares both, whatever their order.</summary>
    public static void Compare(string at, IEnumerable<JsonObject> expected, IReadOnlyList<JsonObject> actual, Comparison comparison)
    {
        var wanted = Canonical(expected);
        var seen = Canonical(actual);
        foreach (var missing in Without(wanted, seen))
        {
            comparison.Add($"{at} span missing: {missing}");
        }

        foreach (var extra in Without(seen, wanted))
        {
            comparison.Add($"{at} span not expected: {extra}");
        }
    }

    private static JsonObject Shape(JsonObject span, Dictionary<string, JsonObject> byId)
    {
        var shaped = new JsonObject
        {
            ["name"] = span["name"]!.GetValue<string>(),
            ["kind"] = span["kind"]?.GetValue<string>(),
            ["service"] = span["localEndpoint"]?["serviceName"]?.GetValue<string>(),
        };
        if (span["remoteEndpoint"] is JsonObject remote)
        {
            shaped["remote"] = (remote["serviceName"] ?? remote["ipv4"] ?? remote["ipv6"])?.GetValue<string>();
        }

        shaped["tags"] = span["tags"]?.DeepClone() ?? new JsonObject();
        var parent = span["parentId"]?.GetValue<string>();
        shaped["parent"] = parent is null ? null
            : byId.TryGetValue(parent, out var found) ? $"{found["localEndpoint"]?["serviceName"]}|{found["name"]}|{found["kind"]}"
            : "<external>";
        shaped["trace"] = span["traceId"]!.GetValue<string>();
        return shaped;
    }

    // Traces are numbered by the spans they hold, so that equal sets of spans get equal texts.
    private static List<string> Canonical(IEnumerable<JsonObject> spans)
    {
        var all = spans.Select(span => (Trace: span["trace"]!.GetValue<string>(), Text: Text(span))).ToList();
        var traces = all.GroupBy(span => span.Trace, span => span.Text, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => string.Join('\n', group.Order(StringComparer.Ordinal)), StringComparer.Ordinal);
        return [.. all.Select(span => $"{span.Text} of a trace of {traces[span.Trace].Count(letter => letter == '\n') + 1}").Order(StringComparer.Ordinal)];
    }

    private static string Text(JsonObject span)
    {
        var tags = new JsonObject();
        foreach (var (name, value) in span["tags"]!.AsObject().OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            tags[name] = name == "server.port" ? "<port>" : value?.DeepClone();
        }

        return $"{span["service"]} {span["name"]} {span["kind"]} remote={span["remote"]} parent={span["parent"]} {tags.ToJsonString()}";
    }

    private static List<string> Without(List<string> from, List<string> what)
    {
        var rest = from.ToList();
        what.ForEach(one => rest.Remove(one));
        return rest;
    }
}
