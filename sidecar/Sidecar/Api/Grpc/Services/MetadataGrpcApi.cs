using Dapr.Proto.Runtime.V1;
using Sidecar.Metadata;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Metadata and shutdown over gRPC: what the HTTP API tells, as messages.</summary>
internal sealed class MetadataGrpcApi(RuntimeServices services, IReadOnlyList<IBuildingBlock> blocks, MetadataApi metadata, Func<bool> isReady, Func<Task> shutdown) : IGrpcApi
{
    public IReadOnlyList<GrpcMethod> Methods =>
    [
        DaprMethod.Unary<GetMetadataRequest, GetMetadataResponse>("GetMetadata", (_, _) => Task.FromResult(Get())),
        DaprMethod.Command<SetMetadataRequest>("SetMetadata", (SetMetadataRequest request, GrpcCall _) =>
        {
            if (request.Key.Length > 0)
            {
                metadata.SetLabel(request.Key, request.Value);
            }

            return Task.CompletedTask;
        }),
        DaprMethod.Command<ShutdownRequest>("Shutdown", (ShutdownRequest request, GrpcCall call) =>
        {
            // After the answer: the stop waits for the calls under way, of which this is one.
            call.Context.Response.OnCompleted(() =>
            {
                _ = Task.Run(shutdown, CancellationToken.None);
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        }),
    ];

    private GetMetadataResponse Get()
    {
        var options = services.Options;
        var response = new GetMetadataResponse
        {
            Id = services.AppId,
            RuntimeVersion = MetadataApi.DaprVersion,
            EnabledFeatures = { MetadataApi.EnabledFeatures },
            AppConnectionProperties = new AppConnectionProperties
            {
                Port = options.AppPort ?? 0,
                Protocol = options.AppProtocol,
                ChannelAddress = options.AppChannelAddress,
                MaxConcurrency = Math.Max(options.AppMaxConcurrency, 0),
            },
            ActorRuntime = new ActorRuntime
            {
                RuntimeStatus = isReady() ? ActorRuntime.Types.ActorRuntimeStatus.Disabled : ActorRuntime.Types.ActorRuntimeStatus.Initializing,
                Placement = isReady() ? "placement: disconnected" : "",
            },
        };
        response.ExtendedMetadata.Add(metadata.Labels.ToDictionary(StringComparer.Ordinal));
        response.RegisteredComponents.AddRange(blocks.SelectMany(block => block.LoadedComponents).Select(component => new RegisteredComponents
        {
            Name = component.Name,
            Type = component.Type,
            Version = component.Version,
            Capabilities = { component.Capabilities },
        }));
        response.Subscriptions.AddRange(blocks.SelectMany(block => block.ActiveSubscriptions).Select(ToMessage));
        response.HttpEndpoints.AddRange(services.Resources.HttpEndpoints.Select(endpoint => new MetadataHTTPEndpoint { Name = endpoint.Name }));
        return response;
    }

    private static PubsubSubscription ToMessage(ActiveSubscription subscription) => new()
    {
        PubsubName = subscription.PubsubName,
        Topic = subscription.Topic,
        Metadata = { subscription.Metadata.ToDictionary(StringComparer.Ordinal) },
        DeadLetterTopic = subscription.DeadLetterTopic,
        Type = Enum.TryParse<PubsubSubscriptionType>(subscription.Type, ignoreCase: true, out var type) ? type : PubsubSubscriptionType.Unknown,
        Rules = new PubsubSubscriptionRules { Rules = { subscription.Rules.Select(rule => new PubsubSubscriptionRule { Match = rule.Match, Path = rule.Path }) } },
    };
}
