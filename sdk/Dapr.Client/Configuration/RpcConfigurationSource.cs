using System.Runtime.CompilerServices;
using Dapr.Client.Rpc;
using Dapr.Common.Rpc;

namespace Dapr.Client;

/// <summary>A subscription over gRPC; it begins when it is read.</summary>
internal sealed class RpcConfigurationSource(RpcChannel channel, SubscribeRequest request, CancellationToken caller) : ConfigurationSource
{
    private string id = string.Empty;

    public override string Id => id;

    public override IAsyncEnumerator<IDictionary<string, ConfigurationItem>> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    private async IAsyncEnumerable<IDictionary<string, ConfigurationItem>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(caller, cancellationToken);
        await foreach (var change in channel.StreamAsync("/dapr.proto.runtime.v1.Dapr/SubscribeConfiguration", request, SubscribeResponse.Parser, cancellationToken: linked.Token))
        {
            id = change.Id;
            yield return change.Items.ToDictionary(
                item => item.Key,
                item => new ConfigurationItem(item.Value.Value, item.Value.Version, item.Value.Metadata.ToDictionary(StringComparer.Ordinal)),
                StringComparer.Ordinal);
        }
    }
}
