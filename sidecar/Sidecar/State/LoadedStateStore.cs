using System.Diagnostics;
using Sidecar.Components;
using Sidecar.Outbox;
using Sidecar.Reloading;
using Sidecar.Resiliency;
using Sidecar.State.Queries;
using Sidecar.Telemetry;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.State;

/// <summary>A loaded state component with what belongs to it.</summary>
/// <param name="Name">The component's name.</param>
/// <param name="Keys">How keys are stored.</param>
/// <param name="Store">The store.</param>
/// <param name="Policy">The outbound policy of the component.</param>
/// <param name="Metrics">Counts the operations.</param>
internal sealed record LoadedStateStore(string Name, StateKeys Keys, IStateStore Store, IPolicy Policy, ComponentMetrics? Metrics = null)
{
    /// <summary>Publishes what transactions save; null = the component has none. Set before the component starts.</summary>
    public StateOutbox? Outbox { get; set; }

    /// <summary>What the component is made from.</summary>
    public ComponentSpec? Spec { get; init; }

    /// <summary>Encrypts what the app saves; null = values are stored as they are. Those of actors always are, as in Dapr.</summary>
    public StateEncryption? Encryption { get; init; }

    /// <summary>The calls under way to it.</summary>
    public Usage Usage { get; } = new();

    public Task<StateItem?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var found = CountedAsync("get", token => Store.GetAsync(Keys.Stored(key), token), _ => AttemptOutcome.Success, cancellationToken);
        return Encryption is null ? found : OpenAsync(found, Encryption);
    }

    public async Task<IReadOnlyList<StateItem?>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var found = await CountedAsync("bulk_get", token => Store.GetAsync([.. keys.Select(Keys.Stored)], token), _ => AttemptOutcome.Success, cancellationToken);
        return Encryption is null ? found : [.. found.Select(Encryption.Open)];
    }

    /// <summary>The values of several keys with their keys, in the order in which the APIs list them.</summary>
    public async Task<IReadOnlyList<(string Key, StateItem? Item)>> ListAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return [];
        }

        var items = await GetAsync(keys, cancellationToken);
        var listed = keys.Select((key, i) => (Key: key, Item: items[i]));
        return [.. Store.ListsMissingLast ? listed.OrderBy(entry => entry.Item is null) : listed];
    }

    /// <summary>A transaction of the app, through the outbox if there is one.</summary>
    public Task<StateFailure?> ExecuteTransactionAsync(IReadOnlyList<StateOperation> operations, TraceContext trace, CancellationToken cancellationToken) => Outbox is { } outbox
        ? outbox.TransactAsync(operations, trace, (changes, attempts) => TransactAsync(token => attempts.RunAsync(() => Store.TransactAsync(Seal(changes), token)), cancellationToken), cancellationToken)
        : TransactAsync(Seal(operations), cancellationToken);

    public Task<StateFailure?> TransactAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken) =>
        TransactAsync(token => Store.TransactAsync(operations, token), cancellationToken);

    public Task<StateFailure?> ApplyAsync(StateOperation operation, CancellationToken cancellationToken)
    {
        var change = Encryption is null ? operation : Encryption.Seal(operation);
        return CountedAsync(operation is SetOperation ? "set" : "delete", token => Store.ApplyAsync(change, token), Judge, cancellationToken);
    }

    /// <summary>A query over the keys of the app.</summary>
    public Task<QueryAnswer> QueryAsync(IStateQueries queries, StateQuery query, CancellationToken cancellationToken) =>
        CountedAsync("query", token => queries.RunAsync(query, Keys, token), answer => new AttemptOutcome(answer.Problem is not null, 0, Permanent: true), cancellationToken);

    /// <summary>Saves several values, each for itself: one that fails does not undo the others. Returns what failed, in one.</summary>
    public async Task<StateFailure?> SaveAsync(IReadOnlyList<SetOperation> operations, CancellationToken cancellationToken)
    {
        const int Parallelism = 8;
        if (operations.Count == 1)
        {
            return await ApplyAsync(operations[0], cancellationToken);
        }

        // The same key twice in one save: the later one must win.
        var ordered = operations.DistinctBy(operation => operation.Key).Count() < operations.Count;
        var failures = new StateFailure?[operations.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, operations.Count),
            new ParallelOptions { MaxDegreeOfParallelism = ordered ? 1 : Parallelism, CancellationToken = cancellationToken },
            async (i, token) => failures[i] = await ApplyOrExplainAsync(operations[i], token));
        return Join([.. failures.OfType<StateFailure>()]);
    }

    private static async Task<StateItem?> OpenAsync(Task<StateItem?> found, StateEncryption encryption)
    {
        var item = encryption.Open(await found);
        return item?.Problem is { } problem ? throw new InvalidDataException(problem) : item;
    }

    private IReadOnlyList<StateOperation> Seal(IReadOnlyList<StateOperation> operations) => Encryption is null ? operations : [.. operations.Select(Encryption.Seal)];

    private Task<StateFailure?> TransactAsync(Func<CancellationToken, Task<StateFailure?>> attempt, CancellationToken cancellationToken) =>
        CountedAsync("transaction", attempt, Judge, cancellationToken);

    private Task<T> CountedAsync<T>(string operation, Func<CancellationToken, Task<T>> call, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken) =>
        Usage.Track(Metrics is { IsEnabled: true } ? CountAsync(Metrics, operation, call, judge, cancellationToken) : Policy.ExecuteAsync(call, judge, cancellationToken));

    private async Task<T> CountAsync<T>(ComponentMetrics metrics, string operation, Func<CancellationToken, Task<T>> call, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var succeeded = false;
        try
        {
            var result = await Policy.ExecuteAsync(call, judge, cancellationToken);
            succeeded = !judge(result).Failed;
            return result;
        }
        finally
        {
            metrics.State(Name, operation, succeeded, began);
        }
    }

    // A conflict or refusal counts for the breaker of the store, as in daprd, and is never retried: it would fail again.
    private static AttemptOutcome Judge(StateFailure? failure) => new(failure is not null, 0, Permanent: true);

    private static StateFailure? Join(IReadOnlyList<StateFailure> failures)
    {
        if (failures.Count == 0)
        {
            return null;
        }

        var text = string.Join('\n', failures.Select(failure => failure.Message));
        return failures.FirstOrDefault(failure => failure.Kind != StateFailureKind.Refused)?.Kind switch
        {
            StateFailureKind.ETagMismatch => StateFailure.Mismatch(text),
            StateFailureKind.ETagInvalid => StateFailure.Invalid(text),
            _ => StateFailure.Refused(text),
        };
    }

    private async Task<StateFailure?> ApplyOrExplainAsync(SetOperation operation, CancellationToken cancellationToken)
    {
        try
        {
            return await ApplyAsync(operation, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Recorded as this item's failure; the other items go on.
            return StateFailure.Refused(exception.Message);
        }
    }
}
