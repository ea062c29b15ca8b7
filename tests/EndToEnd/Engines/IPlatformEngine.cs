namespace EndToEnd.Engines;

/// <summary>
/// What the suite does to the engine that runs the platform: the embedded sidecar, or a Dapr CLI with daprd. Everything else goes
/// through the gateway, so that the same tests hold for both.
/// </summary>
public interface IPlatformEngine : IAsyncDisposable
{
    /// <summary>The gateway's address.</summary>
    Uri Gateway { get; }

    /// <summary>The port an app listens on.</summary>
    int AppPort(string appId);

    /// <summary>What an app has written to its log so far.</summary>
    Task<string> LogAsync(string appId);

    /// <summary>Starts everything and returns when the platform is ready.</summary>
    Task StartAsync();

    /// <summary>Stops everything in order; fails when the engine does not end with exit code 0.</summary>
    Task StopAsync();

    /// <summary>Kills an app's process without warning; it comes back by itself.</summary>
    Task KillAppAsync(string appId);

    /// <summary>Kills the whole engine and everything it runs without warning; nothing comes back before <see cref="StartAsync"/>.</summary>
    Task KillEverythingAsync();

    /// <summary>Stops an app's process until <see cref="StartAppAsync"/>.</summary>
    Task StopAppAsync(string appId);

    /// <summary>Starts an app that was stopped.</summary>
    Task StartAppAsync(string appId);

    /// <summary>The apps' processes that are still there, by name; empty after a clean stop.</summary>
    IReadOnlyList<string> Leftovers();
}
