namespace Sidecar.Host.Tests.Processes;

/// <summary>One running platform of two apps and one that somebody else starts, shared by the tests of a class.</summary>
public sealed class RunningPlatform : IAsyncLifetime
{
    internal HostProcess Host { get; } = new HostProcess().With("alpha").With("beta").With("outside");

    public Task InitializeAsync() => Host.Start(null, "--external", "outside").ReadyAsync();

    public async Task DisposeAsync() => await Host.DisposeAsync();
}
