using System.Text.Json;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Metadata;
using Sidecar.Reloading;

namespace Sidecar;

/// <summary>
/// One building block of a sidecar. Made by its static <c>Create(RuntimeServices)</c>, listed in <see cref="BuildingBlocks"/>.
/// Order of its life: Create, StartAsync (components connect), the endpoints listen, AppReadyAsync, DrainAsync, DisposeAsync.
/// </summary>
internal interface IBuildingBlock : IAsyncDisposable
{
    /// <summary>Its part of the HTTP API.</summary>
    IEnumerable<IHttpApi> HttpApis => [];

    /// <summary>Its part of the gRPC API.</summary>
    IEnumerable<IGrpcApi> GrpcApis => [];

    /// <summary>Its loaded components, for <c>/v1.0/metadata</c>.</summary>
    IEnumerable<LoadedComponent> LoadedComponents => [];

    /// <summary>Its hosted actors, for <c>/v1.0/metadata</c>, where those of all blocks are put together; null = it has none.</summary>
    ActorRuntimeStatus? ActorStatus => null;

    /// <summary>Its connected workflow workers, for <c>/v1.0/metadata</c>.</summary>
    int ConnectedWorkers => 0;

    /// <summary>Its active subscriptions, for <c>/v1.0/metadata</c>.</summary>
    IEnumerable<ActiveSubscription> ActiveSubscriptions => [];

    /// <summary>Why it has stopped working for good, so that the sidecar is unhealthy; null while it works.</summary>
    string? Fault => null;

    /// <summary>What does not advance, and what it waits for; the host's <c>status</c> shows it.</summary>
    Task<IReadOnlyList<string>> WaitsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>Components that cannot be used at present, by name, with the reason; <c>/v1.0/healthz</c> names them.</summary>
    IEnumerable<KeyValuePair<string, string>> Problems => [];

    /// <summary>Connects the components. The app is not there yet; every API must work when this returns. Throws <see cref="Components.ComponentException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What the app answered to <c>GET /dapr/config</c>; undefined when it has no answer. Called once, before <see cref="AppReadyAsync"/>.</summary>
    Task AppConfiguredAsync(JsonElement configuration, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The app accepts calls: ask it for its subscriptions, start deliveries. Not called when the sidecar has no app (no app port). The sidecar turns healthy when this returned for all blocks.</summary>
    Task AppReadyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The first words of the component types that it can exchange while it runs, e.g. <c>state</c>.</summary>
    IEnumerable<string> ReloadedKinds => [];

    /// <summary>Prepares itself for changed resources beside what runs; null when nothing of it changes. Throws <see cref="Components.ComponentException"/>.</summary>
    Task<ReloadStep?> PrepareReloadAsync(ResourceReload reload, CancellationToken cancellationToken) => Task.FromResult<ReloadStep?>(null);

    /// <summary>Takes no new work and waits for the work under way until the token is cancelled.</summary>
    Task DrainAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
