using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Runs;

/// <summary>Makes the sidecars of a run, and checks what they would load.</summary>
internal interface ISidecarFactory
{
    /// <summary>Everything wrong with the resources an app's sidecar would load, one sentence each; secrets are resolved, nothing else is connected.</summary>
    Task<IReadOnlyList<string>> CheckAsync(AppDefinition app, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken);

    /// <summary>Makes a sidecar; it does not listen yet.</summary>
    IAppSidecar Create(AppDefinition app, IReadOnlyDictionary<string, string> environment, RunScope run, ILoggerFactory loggers);
}

/// <summary>The sidecar of one app.</summary>
internal interface IAppSidecar : IAsyncDisposable
{
    /// <summary>Connects and listens. Throws <see cref="SidecarStartException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Completes when the app is there and its subscriptions run.</summary>
    Task WaitUntilReadyAsync(CancellationToken cancellationToken);

    /// <summary>Whether the app accepts calls and is not known to be unhealthy.</summary>
    bool IsAppAvailable { get; }

    /// <summary>What does not advance, and what it waits for.</summary>
    Task<IReadOnlyList<string>> WaitsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>The process of the app is about to end, or has ended: it gets no more work until it has started again.</summary>
    void AppLeaves();

    /// <summary>A process of the app has been started.</summary>
    void AppStarts();

    /// <summary>Hands the app no new work and waits for what is under way; the app can still call.</summary>
    Task DrainAsync(CancellationToken cancellationToken);

    /// <summary>Stops listening and closes everything.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
