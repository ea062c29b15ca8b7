using Orders.Model;

namespace Orders.Sagas;

/// <summary>
/// Lets a request wait for an order to be settled: woken by the transaction that settles it when that runs in this process,
/// and by a look at the database once a second when it runs in another instance. Waits are bounded by the caller's limit.
/// </summary>
internal sealed class OrderSettlements(TimeProvider time)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Waiting> _waiting = [];

    /// <summary>Wakes the requests that wait for the order.</summary>
    public void Signal(Guid orderId)
    {
        lock (_gate)
        {
            if (_waiting.GetValueOrDefault(orderId) is { } waiting)
            {
                waiting.Settled.TrySetResult();
            }
        }
    }

    /// <summary>The order once it is settled, or as it is after <paramref name="limit"/>.</summary>
    public async Task<Order> WaitAsync(Guid orderId, TimeSpan limit, Func<Task<Order>> read, CancellationToken ct)
    {
        var end = time.GetUtcNow() + limit;
        var waiting = Enter(orderId);
        try
        {
            while (true)
            {
                var order = await read();
                var rest = end - time.GetUtcNow();
                if (OrderTransitions.IsSettled(order.Status) || rest <= TimeSpan.Zero)
                {
                    return order;
                }

                await SignalOrPauseAsync(waiting, rest < LookInterval ? rest : LookInterval, ct);
            }
        }
        finally
        {
            Leave(orderId, waiting);
        }
    }

    private async Task SignalOrPauseAsync(Waiting waiting, TimeSpan pause, CancellationToken ct)
    {
        // A signal that was used up already must not turn this into a busy loop.
        var signal = waiting.Settled.Task.IsCompleted ? Task.Delay(Timeout.InfiniteTimeSpan, time, ct) : waiting.Settled.Task;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(signal, Task.Delay(pause, time, stop.Token));
        await stop.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    private Waiting Enter(Guid orderId)
    {
        lock (_gate)
        {
            if (!_waiting.TryGetValue(orderId, out var waiting))
            {
                _waiting[orderId] = waiting = new Waiting();
            }

            waiting.Count++;
            return waiting;
        }
    }

    private void Leave(Guid orderId, Waiting waiting)
    {
        lock (_gate)
        {
            if (--waiting.Count == 0)
            {
                _waiting.Remove(orderId);
            }
        }
    }

    private sealed class Waiting
    {
        public TaskCompletionSource Settled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; set; }
    }
}
