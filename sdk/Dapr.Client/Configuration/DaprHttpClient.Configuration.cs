using Dapr.Client.Rpc;

namespace Dapr.Client;

internal sealed partial class DaprHttpClient
{
    public override Task<SubscribeConfigurationResponse> SubscribeConfiguration(
        string storeName, IReadOnlyList<string> keys, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        var request = new SubscribeRequest { StoreName = storeName };
        request.Keys.Add(keys ?? []);
        foreach (var (name, value) in metadata ?? EmptyMetadata)
        {
            request.Metadata.Add(name, value);
        }

        return Task.FromResult(new SubscribeConfigurationResponse(new RpcConfigurationSource(rpc, request, cancellationToken)));
    }

    public override async Task<UnsubscribeConfigurationResponse> UnsubscribeConfiguration(string storeName, string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentException.ThrowIfNullOrEmpty(id);
        var request = new UnsubscribeRequest { StoreName = storeName, Id = id };
        var answer = await rpc.UnaryAsync("/dapr.proto.runtime.v1.Dapr/UnsubscribeConfiguration", request, UnsubscribeResponse.Parser, cancellationToken);
        return new UnsubscribeConfigurationResponse(answer.Ok, answer.Message);
    }
}
