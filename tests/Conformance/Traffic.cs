using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Conformance;

/// <summary>What the apps and servers of a scenario saw, and its comparison with `appSaw`.</summary>
internal sealed class Traffic(Scenario scenario, Placeholders placeholders)
{
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    /// <summary>Every request, as it comes.</summary>
    public ConcurrentQueue<FakeApp.Seen> Requests { get; } = new();

    /// <summary>Takes what was seen since the last time, without the probes nobody asked for.</summary>
    public IReadOnlyList<FakeApp.Seen> Drain()
    {
        var all = new List<FakeApp.Seen>();
        while (Requests.TryDequeue(out var request))
        {
            if (Counts(request))
            {
                all.Add(request);
            }
        }

        return [.. all.OrderBy(request => request.Ticks)];
    }

    /// <summary>Waits as a step's `await` says, then compares.</summary>
    public async Task CompareAsync(string at, JsonObject step, Comparison comparison)
    {
        if (step["await"] is JsonObject wait)
        {
            await QuietAsync(wait["appRequests"]?.GetValue<int>() ?? 0, wait["withinMs"]?.GetValue<double>() ?? 1_000, wait["thenQuietMs"]?.GetValue<double>() ?? 100);
        }

        if (step["appSawDeferred"]?.GetValue<bool>() == true)
        {
            return;
        }

        var seen = Drain();
        if (step["appSawFilter"] is { } filter)
        {
            seen = [.. seen.Where(one => Regex.IsMatch(one.Path, filter.GetValue<string>(), RegexOptions.None, PatternLimit))];
        }

        if (step["appSawCountOnly"]?.GetValue<bool>() == true)
        {
            comparison.Equal($"{at}.appSawCount", step["appSawCount"]?.ToString() ?? "0", seen.Count.ToString());
            return;
        }

        if (step["appSawLimit"] is { } most)
        {
            seen = [.. seen.Take(most.GetValue<int>())];
        }

        if (!comparison.Ignores($"{at}.appSaw"))
        {
            Compare($"{at}.appSaw", [.. (step["appSaw"] as JsonArray ?? []).Select(one => AsRequest(one!.AsObject()))], seen, step, comparison);
        }
    }

    private bool Counts(FakeApp.Seen request) =>
        scenario.Setup["recordProbes"]?.GetValue<bool>() == true
        || !(request.Path is "/dapr/config" or "/dapr/subscribe" || (request.Method == Grpc.GrpcAnswers.Method && request.Path.Contains("/List", StringComparison.Ordinal)) || (request.Method == "OPTIONS" && scenario.Area != "invoke"));

    // A call as if it were a request: its path, metadata and message stand for path, headers and body.
    private static JsonObject AsRequest(JsonObject seen) => seen["grpc"] is not { } path ? seen : new JsonObject
    {
        ["app"] = seen["app"]?.DeepClone(),
        ["method"] = Grpc.GrpcAnswers.Method,
        ["path"] = path.DeepClone(),
        ["headers"] = seen["metadata"]?.DeepClone(),
        ["body"] = Grpc.GrpcJson.Expand(seen["message"])?.ToJsonString(),
    };

    private void Compare(string at, IReadOnlyList<JsonObject> expected, IReadOnlyList<FakeApp.Seen> seen, JsonObject step, Comparison comparison)
    {
        if (expected.Count != seen.Count && (step["appSawAtLeast"] is null || seen.Count < expected.Count))
        {
            comparison.Add($"{at}: saw {seen.Count} requests ({string.Join(", ", seen.Take(6).Select(one => $"{one.Method} {one.Path}"))}), expected {expected.Count} ({string.Join(", ", expected.Take(6).Select(one => $"{one["method"]} {one["path"]}"))})");
            return;
        }

        if (step["appSawOrder"]?.GetValue<string>() == "any")
        {
            seen = Arrange(at, expected, seen, comparison);
        }

        for (var i = 0; i < Math.Min(expected.Count, seen.Count); i++)
        {
            CompareOne($"{at}[{i}]", expected[i], seen[i], comparison);
        }

        CompareGaps(at, step["timing"] as JsonObject, seen, comparison);
    }

    // To each expected request the first one that is equal, as far as there is one.
    private List<FakeApp.Seen> Arrange(string at, IReadOnlyList<JsonObject> expected, IReadOnlyList<FakeApp.Seen> seen, Comparison comparison)
    {
        var before = placeholders.Bound;
        var rest = seen.ToList();
        var arranged = new FakeApp.Seen?[expected.Count];
        for (var i = 0; i < expected.Count; i++)
        {
            arranged[i] = rest.Find(one => Fits(at, expected[i], one, comparison));
            if (arranged[i] is { } found)
            {
                rest.Remove(found);
            }
        }

        placeholders.Restore(before);
        return [.. arranged.Select(one => one ?? Take(rest)).OfType<FakeApp.Seen>(), .. rest];
    }

    private static FakeApp.Seen? Take(List<FakeApp.Seen> rest)
    {
        var first = rest.FirstOrDefault();
        rest.Remove(first!);
        return first;
    }

    private bool Fits(string at, JsonObject expected, FakeApp.Seen seen, Comparison comparison)
    {
        var bound = placeholders.Bound;
        var trial = comparison.Trial();
        CompareOne(at, expected, seen, trial);
        if (trial.Differences.Count == 0)
        {
            return true;
        }

        placeholders.Restore(bound);
        return false;
    }

    private void CompareOne(string at, JsonObject expected, FakeApp.Seen seen, Comparison comparison)
    {
        comparison.Equal($"{at}.app", expected["app"]?.ToString() ?? seen.App, seen.App);
        comparison.Equal($"{at}.method", expected["method"]?.ToString() ?? "", seen.Method);
        var path = expected["path"]?.GetValue<string>() ?? "";
        if (!placeholders.Matches(path, seen.Path))
        {
            comparison.Add($"{at}.path: expected {path}, got {seen.Path}");
        }

        comparison.Headers(at, expected["headers"] as JsonObject, seen.Headers);
        if (!(seen.IsCut && Bodies.Read(expected, placeholders) is { } whole && seen.Body.Length > whole.Length / 2 && whole.AsSpan().StartsWith(seen.Body)))
        {
            comparison.Body(at, expected, seen.Body);
        }
    }

    private static void CompareGaps(string at, JsonObject? timing, IReadOnlyList<FakeApp.Seen> seen, Comparison comparison)
    {
        if (timing?["gapsMs"] is not JsonArray gaps || timing["gapsUnstable"] is not null || timing["gapsMsUnstable"] is not null)
        {
            return;
        }

        for (var i = 0; i < Math.Min(gaps.Count, seen.Count - 1); i++)
        {
            var wanted = gaps[i]!.GetValue<double>();
            var gap = Stopwatch.GetElapsedTime(seen[i].Ticks, seen[i + 1].Ticks).TotalMilliseconds;
            if (Math.Abs(gap - wanted) > Math.Max(60, wanted / 10))
            {
                comparison.Add($"{at}: {gap:F0} ms between {i} and {i + 1}, expected {wanted}");
            }
        }
    }

    private async Task QuietAsync(int count, double withinMs, double quietMs)
    {
        var clock = Stopwatch.StartNew();
        while (clock.ElapsedMilliseconds < withinMs && Requests.Count(Counts) < count)
        {
            await Pause.ForAsync(TimeSpan.FromMilliseconds(5));
        }

        var last = -1;

        // A schedule that fires each second is never quiet for longer.
        while (last != Requests.Count && (last < 0 || quietMs < 1000))
        {
            last = Requests.Count;
            await Pause.ForAsync(TimeSpan.FromMilliseconds(quietMs));
        }
    }
}
