using System.Collections.Concurrent;

namespace Sidecar.Outbox;

/// <summary>What is known in this process about the transaction of an event.</summary>
internal enum TransactionFate
{
    /// <summary>Nothing: the store must be asked.</summary>
    Unknown,

    /// <summary>The store has refused it.</summary>
    Refused,
}

/// <summary>
/// The transactions of one outbox under way, so that an event need not be tried again while its transaction is being committed, nor after it was
/// refused. Only a hint: what is not known here is decided by the store. Bounded by the calls under way and <see cref="Capacity"/>.
/// </summary>
internal sealed class OutboxTransactions
{
    private const int Capacity = 10_000;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<TransactionFate>> _transactions = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _refused = new();

    /// <summary>The transaction of an event begins.</summary>
    public void Begin(string id) => _transactions[id] = new TaskCompletionSource<TransactionFate>(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>It has ended.</summary>
    public void End(string id, TransactionFate fate)
    {
        if (!_transactions.TryGetValue(id, out var transaction))
        {
            return;
        }

        transaction.TrySetResult(fate);
        if (fate == TransactionFate.Refused)
        {
            _refused.Enqueue(id);
        }
        else
        {
            _transactions.TryRemove(id, out _);
        }

        while (_refused.Count > Capacity && _refused.TryDequeue(out var oldest))
        {
            _transactions.TryRemove(oldest, out _);
        }
    }

    /// <summary>Waits while the transaction of an event is under way.</summary>
    public Task<TransactionFate> FateOfAsync(string id, CancellationToken cancellationToken) =>
        _transactions.TryGetValue(id, out var transaction) ? transaction.Task.WaitAsync(cancellationToken) : Task.FromResult(TransactionFate.Unknown);
}
