using Sidecar;
using Sidecar.Components;

namespace Benchmarks.Roles;

/// <summary>
/// Two sidecars of one run in one process, as the host runs them: <c>caller</c> without an app and <c>callee</c> with it. Ports: HTTP of the
/// caller, HTTP and gRPC of the callee.
/// </summary>
internal sealed class SidecarsRole(string resources, int appPort, int grpcPort = 0) : IRole
{
    public const string Name = "sidecars";
    private readonly List<SidecarRuntime> _sidecars = [];

    public async Task<IReadOnlyList<int>> StartAsync()
    {
        var run = new RunScope();
        var callee = await StartAsync(run, "callee", appPort, grpcPort);
        var caller = await StartAsync(run, "caller", null, 0);
        return [caller.HttpPort, callee.HttpPort, callee.GrpcPort];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in _sidecars)
        {
            await sidecar.DisposeAsync();
        }
    }

    private async Task<SidecarRuntime> StartAsync(RunScope run, string appId, int? port, int grpcPort)
    {
        var sidecar = new SidecarRuntime(new SidecarOptions
        {
            AppId = appId,
            HttpPort = 0,
            GrpcPort = grpcPort,
            MetricsPort = 0,
            AppPort = port,
            Run = run,
            ResourcesPaths = [resources],
            ConfigurationPath = Path.Combine(resources, "configuration", "configuration.yaml"),
        });
        _sidecars.Add(sidecar);
        await sidecar.StartAsync(CancellationToken.None);
        await sidecar.WaitUntilReadyAsync(CancellationToken.None);
        return sidecar;
    }
}
