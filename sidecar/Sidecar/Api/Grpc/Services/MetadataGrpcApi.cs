using Dapr.Proto.Runtime.V1;
using Sidecar.Metadata;
using Sidecar.Schedules;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Metadata and shutdown over gRPC: what the HTTP API tells, as messages.</summary>
internal sealed class MetadataGrpcApi(RuntimeMetadata metadata, Func<Task> shutdown) : IGrpcApi
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
        var services = metadata.Services;
        var options = services.Options;
        var response = new GetMetadataResponse
        {
            Id = services.AppId,
            RuntimeVersion = RuntimeMetadata.DaprVersion,
            EnabledFeatures = { RuntimeMetadata.EnabledFeatures },
            AppConnectionProperties = new AppConnectionProperties
            {
                Port = options.AppPort ?? 0,
                Protocol = options.AppProtocol,
                ChannelAddress = options.AppChannelAddress,
                MaxConcurrency = Math.Max(options.AppMaxConcurrency, 0),
            },
            ActorRuntime = Actors(),
            Workflows = new MetadataWorkflows { ConnectedWorkers = metadata.ConnectedWorkers },
        };
        response.ActiveActorsCount.AddRange(response.ActorRuntime.ActiveActors);
        if (options.HasScheduler)
        {
            // The scheduler is part of the sidecar: it is reached where the sidecar is.
            response.Scheduler = new MetadataScheduler { ConnectedAddresses = { $"{options.ListenAddress}:{options.GrpcPort}" } };
        }

        if (metadata.AppHealth is { } health)
        {
            response.AppConnectionProperties.Health = new AppConnectionHealthProperties
            {
                HealthCheckPath = options.IsGrpcApp ? "" : health.Path,
                HealthProbeInterval = GoText.Duration(health.Interval),
                HealthProbeTimeout = GoText.Duration(health.Timeout),
                HealthThreshold = health.Threshold,
            };
        }

        response.ExtendedMetadata.Add(metadata.Labels.ToDictionary(StringComparer.Ordinal));
        response.RegisteredComponents.AddRange(metadata.Components.Select(component => new RegisteredComponents
        {
            Name = component.Name,
            Type = component.Type,
            Version = component.Version,
            Capabilities = { component.Capabilities },
        }));
        response.Subscriptions.AddRange(metadata.Subscriptions.Select(ToMessage));
        response.HttpEndpoints.AddRange(services.Resources.HttpEndpoints.Select(endpoint => new MetadataHTTPEndpoint { Name = endpoint.Name }));
        return response;
    }

    private ActorRuntime Actors()
    {
        var actors = metadata.Actors;
        var status = !metadata.IsReady ? ActorRuntime.Types.ActorRuntimeStatus.Initializing
            : actors.Enabled ? ActorRuntime.Types.ActorRuntimeStatus.Running
            : ActorRuntime.Types.ActorRuntimeStatus.Disabled;
        return new ActorRuntime
        {
            RuntimeStatus = status,
            HostReady = actors.HostReady,
            Placement = !metadata.IsReady ? "" : actors.Enabled ? "placement: connected" : "placement: disconnected",
            ActiveActors = { actors.Types.Select(type => new ActiveActorsCount { Type = type.Key, Count = type.Value }) },
        };
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
