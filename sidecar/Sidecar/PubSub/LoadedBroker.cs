using Sidecar.Components;
using Sidecar.Resiliency;

namespace Sidecar.PubSub;

/// <summary>A loaded pub/sub component with what belongs to it.</summary>
internal sealed record LoadedBroker(ComponentSpec Spec, IPubSubBroker Broker, TopicScopes Scopes, IPolicy Outbound, IPolicy Inbound)
{
    public string Name => Spec.Name;

    /// <summary>Publishes under the outbound policy; the scopes are the caller's business.</summary>
    public Task PublishAsync(BrokerMessage message, CancellationToken cancellationToken) => Outbound.ExecuteAsync(
        async token =>
        {
            await Broker.PublishAsync(message, token);
            return true;
        },
        _ => AttemptOutcome.Success,
        cancellationToken);
}
