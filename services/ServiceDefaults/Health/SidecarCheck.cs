using Dapr.Client;

namespace ServiceDefaults;

internal sealed class SidecarCheck(DaprClient dapr) : IReadinessCheck
{
    public string Name => "sidecar";

    public async Task<ReadinessResult> CheckAsync(CancellationToken ct) => new(await dapr.CheckOutboundHealthAsync(ct));
}
