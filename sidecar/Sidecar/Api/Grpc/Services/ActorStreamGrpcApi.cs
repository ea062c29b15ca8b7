using System.Text.Json;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Actors;
using Sidecar.Schedules;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Actors of gRPC apps: the app opens a stream, says which types it hosts, gets their calls on it and answers each. The end of the stream ends the hosting.</summary>
internal sealed class ActorStreamGrpcApi(RuntimeServices services, Func<ActorsBuildingBlock> block) : IGrpcApi
{
    public IReadOnlyList<GrpcMethod> Methods => [DaprMethod.Duplex("SubscribeActorEventsAlpha1", SubscribeAsync)];

    private async Task SubscribeAsync(GrpcCall call)
    {
        if (services.Options.AppPort is not null && services.GrpcApp is null)
        {
            throw new GrpcException(GrpcCode.FailedPrecondition, "actor callback streaming requires a gRPC app channel");
        }

        var first = await call.ReadAsync<SubscribeActorEventsRequestAlpha1>();
        var initial = first.InitialRequest ?? throw new GrpcException(GrpcCode.InvalidArgument, "first message must be SubscribeActorEventsRequestInitialAlpha1");
        ActorGrpcErrors.CheckPlacement(services);
        if (!block().State.Exists && initial.Entities.Count > 0)
        {
            throw new GrpcException(GrpcCode.Internal, $"failed to register hosted actors: {ActorErrors.NoStore.Message}");
        }

        using var stream = new ActorStream(call, services.Tracing);
        var host = await block().AddHostAsync(block().Read(Configuration(initial)), stream);
        try
        {
            await stream.AcknowledgeAsync();
            await stream.ReadAsync();
        }
        catch (OperationCanceledException) when (!stream.IsAvailable)
        {
            // The sidecar stops: it has closed the stream.
        }
        finally
        {
            await stream.CloseAsync();
            await block().RemoveHostAsync(host, CancellationToken.None);
        }
    }

    // As the app of an HTTP host says it in /dapr/config.
    private static JsonElement Configuration(SubscribeActorEventsRequestInitialAlpha1 initial) =>
        JsonSerializer.SerializeToElement(new
        {
            entities = initial.Entities,
            actorIdleTimeout = Text(initial.ActorIdleTimeout),
            drainOngoingCallTimeout = Text(initial.DrainOngoingCallTimeout),
            drainRebalancedActors = !initial.HasDrainRebalancedActors || initial.DrainRebalancedActors,
            reentrancy = Reentrancy(initial.Reentrancy),
            entitiesConfig = initial.EntitiesConfig.Select(part => new
            {
                entities = part.Entities,
                actorIdleTimeout = Text(part.ActorIdleTimeout),
                drainOngoingCallTimeout = Text(part.DrainOngoingCallTimeout),
                drainRebalancedActors = !part.HasDrainRebalancedActors || part.DrainRebalancedActors,
                reentrancy = Reentrancy(part.Reentrancy),
            }),
        });

    private static string? Text(Duration? duration) => duration is null ? null : GoText.Duration(duration.ToTimeSpan());

    private static object? Reentrancy(ActorReentrancyConfig? config) =>
        config is null ? null : new { enabled = config.Enabled, maxStackDepth = config.HasMaxStackDepth ? config.MaxStackDepth : (int?)null };
}
