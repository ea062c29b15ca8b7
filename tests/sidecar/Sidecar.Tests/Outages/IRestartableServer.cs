namespace Sidecar.Tests.Outages;

/// <summary>A server process of a test's own that keeps its data over a kill.</summary>
public interface IRestartableServer : IAsyncDisposable
{
    /// <summary>Ends it at once, without a chance to tidy up.</summary>
    Task KillAsync();

    /// <summary>Starts it (again), on the same port and data; returns when it answers.</summary>
    Task RestartAsync();
}
