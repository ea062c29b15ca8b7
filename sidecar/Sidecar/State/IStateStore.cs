using Sidecar.State.Queries;

namespace Sidecar.State;

/// <summary>
/// A state store. Keys are stored keys (prefix included). Expected failures are returned, broken infrastructure throws.
/// A change that was not reported as failed is durable as far as the store is.
/// </summary>
internal interface IStateStore : IAsyncDisposable
{
    /// <summary>Dapr's words for what the store can do, as <c>/v1.0/metadata</c> lists them.</summary>
    IReadOnlyList<string> Capabilities { get; }

    /// <summary>Why the store cannot be used at present; null while it can.</summary>
    string? Problem => null;

    /// <summary>Whether an answer with several keys lists the missing ones behind the others, as daprd does for this store.</summary>
    bool ListsMissingLast => false;

    /// <summary>Answers queries; null = the store knows none.</summary>
    IStateQueries? Queries => null;

    /// <summary>Connects and prepares the store. Throws <see cref="Components.ComponentException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>The value of a key, or null.</summary>
    Task<StateItem?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>The values of several keys, in the order of the keys; null for a missing one.</summary>
    Task<IReadOnlyList<StateItem?>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Makes one change; null when it is made.</summary>
    Task<StateFailure?> ApplyAsync(StateOperation operation, CancellationToken cancellationToken);

    /// <summary>Makes all changes in order, or none; null when they are made.</summary>
    Task<StateFailure?> TransactAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken);
}
