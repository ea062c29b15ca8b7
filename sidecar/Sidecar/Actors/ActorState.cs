using System.Text.Json;
using Sidecar.Api.Http;
using Sidecar.State;

namespace Sidecar.Actors;

/// <summary>The state of actors in the state component with <c>actorStateStore</c>, under daprd's keys: <c>app||type||id||key</c>.</summary>
internal sealed class ActorState(RuntimeServices services, LoadedStateStore? store, Func<string, string, bool> isActive)
{
    private const string TtlFeature = "ActorStateTTL";
    private readonly ActorStateReader _reader = new(services.Resources.Configuration.Features.Contains(TtlFeature));

    /// <summary>Whether there is an actor state store.</summary>
    public bool Exists => store is not null;

    /// <summary>The value of a key, or null.</summary>
    public Task<StateItem?> GetAsync(string type, string id, string key, CancellationToken cancellationToken) =>
        store!.Policy.ExecuteAsync(token => store.Store.GetAsync(Prefix(type, id) + key, token), _ => Resiliency.AttemptOutcome.Success, cancellationToken);

    /// <summary>Makes all changes of the body of a transaction, or none; the error, or null.</summary>
    public async Task<ApiError?> TransactAsync(string type, string id, JsonElement body, CancellationToken cancellationToken) =>
        ActorStateReader.ReadElements(body, out var elements) is { } malformed
            ? ActorErrors.Malformed(malformed)
            : await CommitAsync(type, id, prefix => _reader.Read(elements, prefix), cancellationToken);

    /// <summary>Makes all changes, or none; the error, or null.</summary>
    public Task<ApiError?> TransactAsync(string type, string id, IEnumerable<ActorStateChange> changes, CancellationToken cancellationToken) =>
        CommitAsync(type, id, prefix => _reader.Read(changes, prefix), cancellationToken);

    private async Task<ApiError?> CommitAsync(string type, string id, Func<string, (IReadOnlyList<StateOperation> Operations, string? Problem)> read, CancellationToken cancellationToken)
    {
        if (!isActive(type, id))
        {
            return ActorErrors.InstanceMissing;
        }

        var (operations, problem) = read(Prefix(type, id));
        if (problem is not null)
        {
            return ActorErrors.StateSave(problem);
        }

        if (store is null)
        {
            return ActorErrors.NoStore;
        }

        return await store.TransactAsync(operations, cancellationToken) is { } failure ? ActorErrors.StateSave(failure.Message) : null;
    }

    private string Prefix(string type, string id) => $"{services.AppId}||{type}||{id}||";
}
