using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sidecar;

namespace Conformance;

/// <summary>A step that does something else than calling a sidecar.</summary>
internal static class ActionStep
{
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    /// <summary>Does it and compares what came of it.</summary>
    public static Task RunAsync(World world, string at, JsonObject request, JsonObject expected, Comparison comparison)
    {
        var name = request["to"]?.GetValue<string>() ?? "a";
        return (request["protocol"] ?? request["action"])!.GetValue<string>() switch
        {
            "wait" => Pause.ForAsync(Milliseconds(request["ms"], 0)),
            "startup" => Task.CompletedTask,
            "redis" => RedisAsync(world, at, request, expected, comparison),
            "sql" => SqlAsync(world, at, request, expected, comparison),
            "file" => FileAsync(world, at, request, expected, comparison),
            "appDown" => world.Apps[request["app"]?.GetValue<string>() ?? name].StopAsync(),
            "appUp" => world.Apps[request["app"]?.GetValue<string>() ?? name].StartAsync(),
            "startSidecar" => StartAsync(world, name, at, request, expected, comparison),
            "stopSidecar" or "killSidecar" => StopAsync(world, name, at, expected, comparison),
            "awaitExit" => ExitAsync(world, name, at, request, expected, comparison),
            "log" => LogAsync(world, name, at, request, expected, comparison),
            "spans" => SpansAsync(world, at, request, expected, comparison),
            "metrics" => MetricsAsync(world, name, at, request, expected, comparison),
            "worker" => WorkerAsync(world, at, expected, comparison),
            var other => throw new NotReplayableException($"step '{other}'"),
        };
    }

    private static TimeSpan Milliseconds(JsonNode? value, double otherwise) => TimeSpan.FromMilliseconds(value?.GetValue<double>() ?? otherwise);

    private static async Task RedisAsync(World world, string at, JsonObject request, JsonObject expected, Comparison comparison)
    {
        var words = (request["words"] as JsonArray ?? request["command"] as JsonArray ?? request["args"]!.AsArray()).Select(word => world.Placeholders.Fill(word!.ToString()));
        var output = await world.Stores.RedisAsync([.. words]);
        if (expected["output"] is { } wanted)
        {
            var sort = request["sorted"]?.GetValue<bool>() == true;
            comparison.Plain($"{at}.response.output", Lines(wanted.GetValue<string>(), sort), Lines(output, sort));
        }
    }

    private static async Task SqlAsync(World world, string at, JsonObject request, JsonObject expected, Comparison comparison)
    {
        var output = await world.Stores.SqlAsync(world.Placeholders.Fill(request["sql"]!.GetValue<string>()));
        if (expected["output"] is { } wanted)
        {
            comparison.Plain($"{at}.response.output", Lines(wanted.GetValue<string>(), sort: false), Lines(output, sort: false));
        }
    }

    private static string Lines(string text, bool sort)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd()).ToList();
        return string.Join('\n', sort ? [.. lines.Order(StringComparer.Ordinal)] : lines).Trim();
    }

    private static async Task FileAsync(World world, string at, JsonObject request, JsonObject expected, Comparison comparison)
    {
        var path = Path.Combine(world.Folder, world.Placeholders.Fill(request["path"]!.GetValue<string>()));
        if (!File.Exists(path))
        {
            comparison.Equal($"{at}.response.error", expected["error"]?.ToString() ?? "a file", "ENOENT");
            return;
        }

        comparison.Equal($"{at}.response.error", expected["error"]?.ToString() ?? "", "");
        comparison.Body($"{at}.response", expected, await File.ReadAllBytesAsync(path));
    }

    private static async Task StartAsync(World world, string name, string at, JsonObject request, JsonObject expected, Comparison comparison)
    {
        var exitCode = "none";
        try
        {
            await world.StartSidecarAsync(name);
            await world.WaitForReadyAsync(name, Milliseconds(request["withinMs"], 5_000));
        }
        catch (SidecarStartException exception)
        {
            exitCode = "1";
            world.Logs[name].Add("fatal", exception.Message);
        }

        // The lines are daprd's own words; what counts is whether it runs and that a refusal says something.
        if (request["expectExit"]?.GetValue<bool>() == true)
        {
            comparison.Equal($"{at}.response.exitCode", expected["running"]?.GetValue<bool>() == true ? "none" : expected["exitCode"]?.ToString() ?? "none", exitCode);
        }
        else if (exitCode != "none")
        {
            comparison.Add($"{at}: the sidecar did not start: {world.Logs[name].Lines[^1]}");
        }
    }

    private static async Task StopAsync(World world, string name, string at, JsonObject expected, Comparison comparison)
    {
        var took = await world.StopSidecarAsync(name);
        if (expected["elapsedMs"]?.GetValue<double>() is { } wanted && Math.Abs(took.TotalMilliseconds - wanted) > Math.Max(400, wanted / 4))
        {
            comparison.Add($"{at}: the stop took {took.TotalMilliseconds:F0} ms, expected {wanted}");
        }
    }

    private static async Task ExitAsync(World world, string name, string at, JsonObject request, JsonObject expected, Comparison comparison)
    {
        var exited = await world.ExitsAsync(name, Milliseconds(request["withinMs"], 5_000));
        comparison.Equal($"{at}.response.exitCode", expected["exitCode"]?.ToString() ?? "none", exited ? "0" : "none");
    }

    private static Task LogAsync(World world, string name, string at, JsonObject request, JsonObject expected, Comparison comparison)
    {
        var pattern = request["match"]?.GetValue<string>() ?? "";
        var lines = world.Logs[name].Lines.Where(line => Regex.IsMatch(line, pattern, RegexOptions.None, PatternLimit)).ToList();
        var wanted = (expected["lines"] as JsonArray ?? []).Select(line => line!.GetValue<string>()).ToList();
        comparison.Plain($"{at}.response.lines", string.Join('\n', wanted), string.Join('\n', lines));
        return Task.CompletedTask;
    }

    private static async Task SpansAsync(World world, string at, JsonObject request, JsonObject expected, Comparison comparison)
    {
        var wanted = (expected["spans"] as JsonArray ?? []).Select(span => span!.AsObject()).ToList();
        var limit = Milliseconds(request["withinMs"], 5_000);
        var quiet = Milliseconds(request["quietMs"], 500);
        var clock = Stopwatch.StartNew();
        while (Seen().Count < wanted.Count && clock.Elapsed < limit)
        {
            await Pause.ForAsync(TimeSpan.FromMilliseconds(20));
        }

        // One more batch of the exporter would have come in this time.
        await Pause.ForAsync(quiet < TimeSpan.FromMilliseconds(700) ? quiet : TimeSpan.FromMilliseconds(700));
        SpanComparison.Compare($"{at}.response", wanted, SpanComparison.Shape(Seen()), comparison);

        List<JsonObject> Seen() => [.. world.Apps.Values.SelectMany(app => app.Spans)];
    }

    private static async Task MetricsAsync(World world, string name, string at, JsonObject request, JsonObject expected, Comparison comparison)
    {
        var pattern = new Regex(request["prefix"]?.GetValue<string>() ?? "", RegexOptions.None, PatternLimit);
        var wanted = (expected["metrics"] as JsonArray ?? []).Select(line => line!.GetValue<string>()).ToList();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        var answer = await RawHttp.SendAsync(world.MetricsPort(name), "GET", "/metrics", [], null, chunked: false, limit.Token);
        var seen = Encoding.UTF8.GetString(answer.Body).Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#' && !line.Contains("healthz", StringComparison.Ordinal) && pattern.IsMatch(line[..line.IndexOfAny(['{', ' '])]))
            .Select(line => Shape(line, request["noValues"]?.GetValue<bool>() == true))
            .Distinct(StringComparer.Ordinal).ToList();
        foreach (var line in wanted.Except(seen, StringComparer.Ordinal))
        {
            comparison.Add($"{at}.response: missing {line}");
        }

        foreach (var line in seen.Except(wanted, StringComparer.Ordinal))
        {
            comparison.Add($"{at}.response: not expected {line}");
        }
    }

    // The labels as they come, buckets without their bounds.
    private static string Shape(string line, bool withoutValue)
    {
        line = Regex.Replace(line, "le=\"[^\"]*\"", "le=\"<bucket>\"", RegexOptions.None, PatternLimit);
        return withoutValue ? line[..line.LastIndexOf(' ')] : line;
    }

    private static Task WorkerAsync(World world, string at, JsonObject expected, Comparison comparison)
    {
        comparison.Plain($"{at}.response.calls", expected["calls"]!.ToJsonString(), new JsonArray([.. world.ActivityCalls.Select(call => call.DeepClone())]).ToJsonString());
        return Task.CompletedTask;
    }
}
