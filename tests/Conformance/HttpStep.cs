using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Conformance;

/// <summary>A step that sends HTTP requests.</summary>
internal static class HttpStep
{
    private const double DefaultTimeout = 30_000;

    /// <summary>Sends it, or `parallel` equal ones, and compares the answers.</summary>
    public static async Task RunAsync(World world, string at, JsonObject step, JsonObject request, Comparison comparison)
    {
        var expected = step["response"]!.AsObject();
        var timeout = TimeSpan.FromMilliseconds(step["clientTimeoutMs"]?.GetValue<double>() ?? DefaultTimeout);
        var clock = Stopwatch.StartNew();
        if (request["parallel"] is { } parallel)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, parallel.GetValue<int>()).Select(_ => SendAsync(world, request, timeout)));
            var sorted = answers.OrderBy(answer => answer.Response?.Status ?? 0).ThenBy(answer => Encoding.UTF8.GetString(answer.Response?.Body ?? []), StringComparer.Ordinal).ToList();
            var all = expected["all"]!.AsArray().Select(one => one!.AsObject()).OrderBy(one => one["status"]?.GetValue<int>() ?? 0).ThenBy(one => one["body"]?.ToString(), StringComparer.Ordinal).ToList();
            for (var i = 0; i < Math.Min(all.Count, sorted.Count); i++)
            {
                Compare($"{at}.response.all[{i}]", all[i], sorted[i], comparison);
            }
        }
        else
        {
            Compare($"{at}.response", expected, await SendAsync(world, request, timeout), comparison);
        }

        if (step["timing"]?["elapsedMs"] is { } elapsed && step["timing"]!["elapsedMsUnstable"] is null && step["timing"]!["elapsedUnstable"] is null)
        {
            CompareTime(at, elapsed.GetValue<double>(), clock.Elapsed.TotalMilliseconds, comparison);
        }
    }

    private static async Task<(RawHttp.Response? Response, string? Error)> SendAsync(World world, JsonObject request, TimeSpan timeout)
    {
        var placeholders = world.Placeholders;
        var port = request["target"] is { } target ? int.Parse(placeholders.Fill(target.ToString())) : world.HttpPort(request["to"]?.GetValue<string>() ?? "a");
        var headers = (request["headers"] as JsonObject ?? []).SelectMany(pair => pair.Value is JsonArray many
            ? many.Select(one => KeyValuePair.Create(pair.Key, placeholders.Fill(one!.GetValue<string>())))
            : [KeyValuePair.Create(pair.Key, placeholders.Fill(pair.Value!.GetValue<string>()))]).ToList();
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            return (await RawHttp.SendAsync(
                port,
                request["method"]?.GetValue<string>() ?? "GET",
                placeholders.Fill(request["path"]!.GetValue<string>()),
                headers,
                Bodies.Read(request, placeholders),
                request["chunked"]?.GetValue<bool>() == true,
                limit.Token), null);
        }
        catch (OperationCanceledException)
        {
            return (null, "timeout");
        }
        catch (IOException exception)
        {
            return (null, exception.Message == "refused" ? "connection refused" : "connection closed");
        }
    }

    private static void Compare(string at, JsonObject expected, (RawHttp.Response? Response, string? Error) actual, Comparison comparison)
    {
        if (actual.Response is not { } answer || expected["error"] is not null)
        {
            comparison.Equal($"{at}.error", expected["error"]?.ToString() ?? $"status {expected["status"]}", actual.Error ?? $"status {actual.Response!.Status}");
            return;
        }

        comparison.Equal($"{at}.status", expected["status"]!.ToString(), answer.Status.ToString());
        comparison.Headers(at, expected["headers"] as JsonObject, answer.Headers);
        comparison.Body(at, expected, answer.Body);
    }

    // Shorter is as wrong as longer when a policy waits; a busy machine makes it longer.
    private static void CompareTime(string at, double expected, double actual, Comparison comparison)
    {
        if (actual < (expected * 0.9) - 60 || actual > (expected * 1.1) + 250)
        {
            comparison.Add($"{at}: took {actual:F0} ms, expected {expected}");
        }
    }
}
