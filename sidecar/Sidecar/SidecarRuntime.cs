namespace Sidecar;

/// <summary>
/// One embedded sidecar. Nothing in it is process-wide: several run in one process and share only their <see cref="Components.RunScope"/>.
/// </summary>
internal sealed class SidecarRuntime(SidecarOptions options) : IAsyncDisposable
{
    /// <summary>The settings.</summary>
    public SidecarOptions Options { get; } = options;

    /// <summary>The HTTP port, once started.</summary>
    public int HttpPort { get; private set; }

    /// <summary>The gRPC port, once started.</summary>
    public int GrpcPort { get; private set; }

    /// <summary>True once the app is there and its subscriptions run (<c>/v1.0/healthz</c> is 204).</summary>
    public bool IsReady { get; private set; }

    /// <summary>Loads the resources, connects the components and listens; the app need not be there yet. Throws <see cref="SidecarStartException"/> with all that is wrong.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Completes when the sidecar is ready (see <see cref="IsReady"/>).</summary>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Takes no new calls, waits for what is under way (<see cref="SidecarOptions.GracefulShutdown"/>), flushes, closes.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
