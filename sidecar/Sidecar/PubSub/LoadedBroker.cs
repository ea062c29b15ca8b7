using Sidecar.Components;
using Sidecar.Reloading;
using Sidecar.Resiliency;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.PubSub;

/// <summary>A loaded pub/sub component with what belongs to it.</summary>
internal sealed record LoadedBroker(ComponentSpec Spec, IPubSubBroker Broker, TopicScopes Scopes, IPolicy Outbound, IPolicy Inbound, ComponentMetrics? Metrics = null)
{
    public string Name => Spec.Name;

    /// <summary>The calls under way to it.</summary>
    public Usage Usage { get; } = new();

    /// <summary>Publishes under the outbound policy; the scopes are the caller's business.</summary>
    public Task PublishAsync(BrokerMessage message, CancellationToken cancellationToken) => Usage.Track(Outbound.ExecuteAsync(
        async token =>
        {
            await Broker.PublishAsync(message, token);
            return true;
        },
        _ => AttemptOutcome.Success,
        cancellationToken));
}
