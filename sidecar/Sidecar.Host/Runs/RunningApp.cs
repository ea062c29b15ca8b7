using Sidecar.Host.Apps;
using Sidecar.Host.Output;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Runs;

/// <summary>An app of a run with its sidecar.</summary>
internal sealed class RunningApp(AppDefinition app, AppSupervisor process, IAppSidecar sidecar, AppOutput sidecarOutput) : IAsyncDisposable
{
    public AppDefinition App => app;

    public AppSupervisor Process => process;

    public IAppSidecar Sidecar => sidecar;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await sidecar.DisposeAsync();
        process.Dispose();
        sidecarOutput.Dispose();
    }
}
