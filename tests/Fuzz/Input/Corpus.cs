using System.Text.Json;

namespace Fuzz.Input;

/// <summary>A recorded request.</summary>
internal sealed record RecordedRequest(string Method, string Path, IReadOnlyList<(string Name, string Value)> Headers, string Body);

/// <summary>What the recordings of daprd hold as raw material: requests, resources, texts.</summary>
internal sealed record Corpus(IReadOnlyList<RecordedRequest> Requests, IReadOnlyList<string> Resources, IReadOnlyList<string> Rules)
{
    public static Corpus Load(string folder)
    {
        var requests = new List<RecordedRequest>();
        var resources = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Directory.EnumerateFiles(folder, "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines))
        {
            using var scenario = JsonDocument.Parse(line);
            var setup = scenario.RootElement.GetProperty("setup");
            foreach (var kind in new[] { "components", "resiliency", "subscriptions", "httpEndpoints" })
            {
                resources.UnionWith(Texts(setup, kind));
            }

            requests.AddRange(scenario.RootElement.GetProperty("steps").EnumerateArray().Select(Request).OfType<RecordedRequest>());
        }

        var rules = resources.SelectMany(text => text.Split('\n')).Select(line => line.Trim()).Where(line => line.Contains("match:", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf("match:", StringComparison.Ordinal) + 6)..].Trim(' ', '\'', '"')).Distinct(StringComparer.Ordinal);
        return new Corpus(requests, [.. resources], [.. rules]);
    }

    private static IEnumerable<string> Texts(JsonElement setup, string kind) =>
        setup.TryGetProperty(kind, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!) : [];

    // Requests to other ports, and those that would end the sidecar or call out of it, are of no use.
    private static RecordedRequest? Request(JsonElement step)
    {
        if (!step.TryGetProperty("request", out var request) || Text(request, "protocol") is not ("" or "http") || Text(request, "path") is not { Length: > 0 } path
            || path.Contains("http:", StringComparison.Ordinal) || path.Contains("https:", StringComparison.Ordinal))
        {
            return null;
        }

        var headers = request.TryGetProperty("headers", out var given) && given.ValueKind == JsonValueKind.Object
            ? given.EnumerateObject().Where(header => header.Value.ValueKind == JsonValueKind.String).Select(header => (header.Name, header.Value.GetString()!)).ToList()
            : [];
        return new RecordedRequest(Text(request, "method"), path, headers, Text(request, "body"));
    }

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
