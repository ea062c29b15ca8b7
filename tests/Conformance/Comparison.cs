using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Conformance;

/// <summary>Compares what was seen with what was recorded; every difference is a line.</summary>
internal sealed class Comparison(Placeholders placeholders, bool tracing, IReadOnlyList<string> unstable)
{
    private static readonly HashSet<string> LeftOut = new(StringComparer.Ordinal)
    {
        "date", "content-length", "connection", "keep-alive", "host", "accept-encoding", "user-agent", "grpc-trace-bin", "transfer-encoding", "server",
    };

    private const string Base64 = "<base64 of ";

    // Behind these the recorded text comes from Go's libraries.
    private static readonly string[] GoTexts = ["error from state store:", "rpc error:", "dial tcp", "Error compiling script", "ERR ", "read tcp", "EOF"];

    /// <summary>The differences found so far.</summary>
    public List<string> Differences { get; } = [];

    /// <summary>Whether a part differed between the recordings, or holds such a part in an array.</summary>
    public bool Ignores(string path) => unstable.Any(one => path.StartsWith(one, StringComparison.Ordinal) || one.StartsWith(path + "[", StringComparison.Ordinal) && path.Contains(".headers", StringComparison.Ordinal));

    /// <summary>Adds a difference.</summary>
    public void Add(string difference) => Differences.Add(difference);

    /// <summary>A comparison of its own over the same placeholders.</summary>
    public Comparison Trial() => new(placeholders, tracing, unstable);

    /// <summary>Compares headers both ways.</summary>
    public void Headers(string where, JsonObject? expected, IReadOnlyDictionary<string, string> actual)
    {
        expected ??= [];
        foreach (var (name, value) in expected)
        {
            var wanted = value is JsonArray many ? string.Join(", ", many.Select(one => one!.GetValue<string>())) : value!.GetValue<string>();
            if (Counts(name) && !Skips(where, name) && (!actual.TryGetValue(name, out var seen) || !placeholders.Matches(wanted, seen)))
            {
                Differences.Add($"{where} header {name}: expected '{wanted}', got '{actual.GetValueOrDefault(name, "none")}'");
            }
        }

        foreach (var (name, value) in actual.Where(pair => Counts(pair.Key) && !Skips(where, pair.Key) && !expected.ContainsKey(pair.Key)))
        {
            Differences.Add($"{where} header {name}: not expected, got '{value}'");
        }
    }

    /// <summary>Compares a body with `body`, `bodyBase64`, `bodyRepeat` or `bodyLength`.</summary>
    public void Body(string where, JsonObject expected, byte[] actual)
    {
        if (Ignores($"{where}.body"))
        {
            return;
        }

        if (expected["bodyLength"] is { } length)
        {
            if (actual.Length != length.GetValue<int>())
            {
                Differences.Add($"{where} body: expected {length} bytes, got {actual.Length}");
            }
            else if (expected["bodyHead"] is { } head && !Encoding.UTF8.GetString(actual).StartsWith(head.GetValue<string>(), StringComparison.Ordinal))
            {
                Differences.Add($"{where} body: expected to begin with '{Short(head.GetValue<string>())}'");
            }

            return;
        }

        if (expected["body"] is not null)
        {
            var text = expected["body"] is JsonValue value && value.TryGetValue<string>(out var plain) ? plain : expected["body"]!.ToJsonString();
            Text(where, text, Encoding.UTF8.GetString(actual));
        }
        else if (Bodies.Read(expected, placeholders) is { } bytes && !bytes.AsSpan().SequenceEqual(actual))
        {
            Differences.Add($"{where} body: expected {bytes.Length} other bytes, got {actual.Length}");
        }
    }

    /// <summary>Compares numbers such as a status.</summary>
    public void Equal(string where, string expected, string actual)
    {
        if (expected != actual && !Ignores(where))
        {
            Differences.Add($"{where}: expected {expected}, got {actual}");
        }
    }

    /// <summary>Compares texts, with placeholders.</summary>
    public void Plain(string where, string expected, string actual)
    {
        if (!Ignores(where) && !Same(placeholders.FillGiven(expected), actual))
        {
            Differences.Add($"{where}: expected '{Short(expected)}', got '{Short(actual)}'");
        }
    }

    private bool Skips(string where, string header) => Ignores($"{where}.headers['{header}']") || Ignores($"{where}.headers.{header}") || Ignores($"{where}.headers");

    private void Text(string where, string expected, string actual)
    {
        // Ports stand unquoted in JSON.
        expected = placeholders.FillGiven(expected);
        if (Parse(expected) is { } wanted && Parse(actual) is { } seen)
        {
            Json(where, "$", wanted, seen);
        }
        else if (!Same(expected, actual))
        {
            Differences.Add($"{where} body: expected '{Short(expected)}', got '{Short(actual)}'");
        }
    }

    private void Json(string where, string path, JsonNode? expected, JsonNode? actual)
    {
        switch (expected, actual)
        {
            case (JsonObject wanted, JsonObject seen):
                foreach (var (name, value) in wanted)
                {
                    if (!seen.ContainsKey(name))
                    {
                        Differences.Add($"{where} body {path}.{name}: missing, expected {Short(value?.ToJsonString() ?? "null")}");
                        continue;
                    }

                    Json(where, $"{path}.{name}", value, seen[name]);
                }

                Differences.AddRange(seen.Where(pair => !wanted.ContainsKey(pair.Key)).Select(pair => $"{where} body {path}.{pair.Key}: not expected, got {Short(pair.Value?.ToJsonString() ?? "null")}"));
                break;
            case (JsonArray wanted, JsonArray seen) when wanted.Count == seen.Count:
                for (var i = 0; i < wanted.Count; i++)
                {
                    Json(where, $"{path}[{i}]", wanted[i], seen[i]);
                }

                break;
            default:
                if (!SameValue(expected, actual))
                {
                    Differences.Add($"{where} body {path}: expected {Short(expected?.ToJsonString() ?? "null")}, got {Short(actual?.ToJsonString() ?? "null")}");
                }

                break;
        }
    }

    private bool SameValue(JsonNode? expected, JsonNode? actual)
    {
        if (expected is JsonValue wanted && wanted.TryGetValue<string>(out var text))
        {
            return actual is JsonValue seen && Same(text, seen.TryGetValue<string>(out var other) ? other : seen.ToJsonString());
        }

        return expected?.ToJsonString() == actual?.ToJsonString()
            || (double.TryParse(expected?.ToJsonString(), CultureInfo.InvariantCulture, out var a) && double.TryParse(actual?.ToJsonString(), CultureInfo.InvariantCulture, out var b) && a.Equals(b));
    }

    private bool Same(string expected, string actual)
    {
        if (expected.StartsWith(Base64, StringComparison.Ordinal) && expected.EndsWith('>'))
        {
            var decoded = new byte[actual.Length];
            return Convert.TryFromBase64String(actual, decoded, out var length) && Same(expected[Base64.Length..^1], Encoding.UTF8.GetString(decoded, 0, length));
        }

        if (placeholders.Matches(expected, actual))
        {
            return true;
        }

        // JSON inside a text (an event inside an event): compared as JSON.
        if (Parse(expected) is JsonObject or JsonArray && Parse(actual) is JsonObject or JsonArray)
        {
            var inner = new Comparison(placeholders, tracing, unstable);
            inner.Json("", "$", Parse(expected), Parse(actual));
            return inner.Differences.Count == 0;
        }

        var marker = GoTexts.Select(text => expected.IndexOf(text, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();
        return marker > 0 && actual.Length >= marker && placeholders.Matches(expected[..marker], actual[..marker]);
    }

    // Headers of another server come behind the prefix and are left out like it.
    private bool Counts(string header) => !LeftOut.Contains(header.StartsWith("metadata.", StringComparison.Ordinal) ? header["metadata.".Length..] : header) && (tracing || header is not ("traceparent" or "tracestate"));

    private static JsonNode? Parse(string text)
    {
        if (text.Length == 0 || text[0] is not ('{' or '['))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Short(string text) => text.Length <= 300 ? text : text[..300] + "…";
}
