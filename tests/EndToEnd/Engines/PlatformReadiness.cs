using System.Net;

namespace EndToEnd.Engines;

/// <summary>Waits until the gateway says that the whole platform is ready.</summary>
internal static class PlatformReadiness
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Waits; fails with the engine's output when it ends or is not ready in time.</summary>
    public static async Task WaitAsync(Uri gateway, EngineProcess? engine)
    {
        using var client = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(5) };
        var last = "no answer";
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    if (engine is { HasExited: true })
                    {
                        throw new InvalidOperationException($"The engine ended with {engine.ExitCode}. Its output ends with:\n{engine.Output}");
                    }

                    try
                    {
                        using var answer = await client.GetAsync("/health/platform");
                        last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
                        return answer.StatusCode == HttpStatusCode.OK;
                    }
                    catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
                    {
                        return false;
                    }
                },
                "the platform is ready",
                Limit);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"Not ready within {Limit.TotalSeconds} s; last answer: {last}. The engine's output ends with:\n{engine?.Output}", exception);
        }
    }
}
