using Sidecar.Host.Apps;
using Sidecar.Host.Output;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Runs;

/// <summary>An app of a run with its sidecar.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private readonly AppOutput _sidecarOutput;

    public RunningApp(AppDefinition app, AppSupervisor process, IAppSidecar sidecar, AppOutput sidecarOutput)
    {
        (App, Process, Sidecar, _sidecarOutput) = (app, process, sidecar, sidecarOutput);

        // The sidecar learns at once what its host knows: no call and no message goes to a process that is not there.
        process.Leaving = sidecar.AppLeaves;
        process.Launched = sidecar.AppStarts;
    }

    public AppDefinition App { get; }

    public AppSupervisor Process { get; }

    public IAppSidecar Sidecar { get; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        Process.Dispose();
        _sidecarOutput.Dispose();
    }
}
