namespace Dapr.Client.Tests;

/// <summary>A client and what stands for its sidecar.</summary>
public abstract class ClientTest : IAsyncLifetime
{
    private protected FakeSidecar sidecar = null!;
    private protected DaprClient client = null!;

    public async Task InitializeAsync()
    {
        sidecar = await FakeSidecar.StartAsync();
        client = sidecar.Client();
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await sidecar.DisposeAsync();
    }

    private protected SidecarRequest Only => sidecar.Requests.Should().ContainSingle().Subject;
}
