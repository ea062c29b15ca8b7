namespace EndToEnd.Engines;

/// <summary>A platform somebody else runs (PLATFORM_BASE): the tests that only talk to the gateway run, those that stop or kill something are skipped.</summary>
internal sealed class ExistingPlatform(Uri gateway) : IPlatformEngine
{
    /// <summary>The address given in PLATFORM_BASE, or null.</summary>
    public static Uri? Address => Environment.GetEnvironmentVariable("PLATFORM_BASE") is { Length: > 0 } value ? new Uri(value) : null;

    /// <inheritdoc />
    public Uri Gateway => gateway;

    /// <inheritdoc />
    public int AppPort(string appId) => throw NotOurs();

    /// <inheritdoc />
    public Task<string> LogAsync(string appId) => throw NotOurs();

    /// <inheritdoc />
    public Task StartAsync() => PlatformReadiness.WaitAsync(gateway, engine: null);

    /// <inheritdoc />
    public Task StopAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public Task KillAppAsync(string appId) => throw NotOurs();

    /// <inheritdoc />
    public Task KillEverythingAsync() => throw NotOurs();

    /// <inheritdoc />
    public Task StopAppAsync(string appId) => throw NotOurs();

    /// <inheritdoc />
    public Task StartAppAsync(string appId) => throw NotOurs();

    /// <inheritdoc />
    public IReadOnlyList<string> Leftovers() => [];

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static InvalidOperationException NotOurs() => new("PLATFORM_BASE names a platform of somebody else: mark the test [OwnPlatformFact].");
}
