using Sidecar.Components;

namespace Sidecar.Telemetry.Metrics;

/// <summary>
/// The labels <c>path</c> and <c>method</c> of the HTTP metrics as daprd has them: with increased cardinality the path without keys and ids,
/// otherwise only a path that a pattern of the Configuration matches.
/// </summary>
internal sealed class MetricPaths(MetricsSpec spec)
{
    private static readonly HashSet<string> Static = new(StringComparer.Ordinal) { "/dapr/config", "/dapr/metrics", "/dapr/subscribe", "/healthz" };
    private static readonly HashSet<string> Verbs = new(StringComparer.Ordinal) { "GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE" };

    // A pattern for an app's path also stands for its invocation through the sidecar; the most specific wins.
    private readonly string[][] _patterns = [.. spec.PathMatching
        .Select(path => path.StartsWith('/') ? path : "/" + path)
        .SelectMany(path => path.StartsWith("/v1.0/invoke/", StringComparison.Ordinal) ? [path] : (string[])[path, "/v1.0/invoke/{app_id}/method" + path])
        .Distinct(StringComparer.Ordinal)
        .OrderByDescending(path => path.Count(letter => letter == '/'))
        .ThenBy(path => path.Count(letter => letter == '{'))
        .Select(path => path.Split('/'))];

    /// <summary>The label of a verb.</summary>
    public string Verb(string method) => spec.ExcludeVerbs ? "" : Verbs.Contains(method) ? method : "UNKNOWN";

    /// <summary>The label of a path of the sidecar's API.</summary>
    public string OfServer(string path)
    {
        if (Static.Contains(path))
        {
            return path;
        }

        var shortened = Shorten(path);
        return Match(path) is { } pattern && !(spec.IncreasedCardinality && pattern == path) ? pattern
            : shortened != path && Match(shortened) is { } general && general != "/" ? general
            : spec.IncreasedCardinality ? shortened
            : "";
    }

    /// <summary>The label of a path of the app.</summary>
    public string OfClient(string path) => OfServer(path);

    private string? Match(string path)
    {
        if (_patterns.Length == 0)
        {
            return null;
        }

        var parts = path.Split('/');
        return _patterns.FirstOrDefault(pattern => Fits(pattern, parts)) is { } found ? string.Join('/', found) : null;
    }

    // As Go's mux: {x} is one segment, a trailing slash or {x...} the whole subtree.
    private static bool Fits(string[] pattern, string[] parts)
    {
        var tree = pattern[^1].Length == 0 || pattern[^1].EndsWith("...}", StringComparison.Ordinal);
        if (tree ? parts.Length < pattern.Length : parts.Length != pattern.Length)
        {
            return false;
        }

        for (var i = 0; i < pattern.Length - (tree ? 1 : 0); i++)
        {
            var isWildcard = pattern[i].StartsWith('{') && parts[i].Length > 0;
            if (!isWildcard && pattern[i] != parts[i])
            {
                return false;
            }
        }

        return true;
    }

    private static string Shorten(string path)
    {
        if (!path.StartsWith("/v1.0", StringComparison.Ordinal) && !path.StartsWith("/actors/", StringComparison.Ordinal))
        {
            return path;
        }

        var parts = path.TrimStart('/').Split('/', 6);
        return parts switch
        {
            ["actors", _, _, ..] => string.Join('/', (string[])["actors", parts[1], "{id}", .. parts[3..]]),
            [_, "state" or "secrets", _, ..] => "/" + string.Join('/', parts[..3]),
            [_, "actors", _, _, _, ..] => $"/{parts[0]}/actors/{parts[2]}/{{id}}/{parts[4]}",
            [_, "workflows", _, _] => $"/{parts[0]}/workflows/{parts[2]}/{{instanceId}}",
            [_, "workflows", _, _, "start"] => path,
            [_, "workflows", _, _, "raiseEvent", { Length: > 0 }] => $"/{parts[0]}/workflows/{parts[2]}/{{instanceId}}/raiseEvent/{{eventName}}",
            [_, "workflows", _, _, _, ..] => $"/{parts[0]}/workflows/{parts[2]}/{{instanceId}}/{parts[4]}",
            _ => path,
        };
    }
}
