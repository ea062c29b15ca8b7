using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Tests.Hub;

/// <summary>An app with a worker and a client on a hub.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly IHost host;

    private TestApp(IHost host)
    {
        this.host = host;
    }

    public DaprWorkflowClient Client => host.Services.GetRequiredService<DaprWorkflowClient>();

    public static async Task<TestApp> StartAsync(FakeTaskHub hub, Action<WorkflowRuntimeOptions> configure, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DAPR_GRPC_ENDPOINT"] = hub.Endpoint, ["DAPR_API_TOKEN"] = "secret" });
        builder.Services.AddDaprWorkflow(configure);
        services?.Invoke(builder.Services);
        var built = builder.Build();
        await built.StartAsync();
        return new TestApp(built);
    }

    public Task StopAsync() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
