using System.Diagnostics;

namespace Testing;

/// <summary>Waits for a condition instead of sleeping.</summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Polls until the condition holds; throws <see cref="TimeoutException"/> naming it after the timeout (default 20 s).</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? timeout = null)
    {
        await ResultAsync(async () => await condition() ? what : null, what, timeout);
    }

    /// <summary>Polls until the condition holds; throws <see cref="TimeoutException"/> naming it after the timeout (default 20 s).</summary>
    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? timeout = null) => TrueAsync(() => Task.FromResult(condition()), what, timeout);

    /// <summary>Polls until a value is there and returns it; throws <see cref="TimeoutException"/> after the timeout (default 20 s).</summary>
    public static async Task<T> ResultAsync<T>(Func<Task<T?>> probe, string what, TimeSpan? timeout = null)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        var pause = TimeSpan.FromMilliseconds(5);
        while (true)
        {
            if (await probe() is { } result)
            {
                return result;
            }

            if (clock.Elapsed > (timeout ?? DefaultTimeout))
            {
                throw new TimeoutException($"Did not happen within {clock.Elapsed.TotalSeconds:F1} s: {what}");
            }

            await Task.Delay(pause, TimeProvider.System);
            pause = TimeSpan.FromMilliseconds(Math.Min(100, pause.TotalMilliseconds * 2));
        }
    }
}
