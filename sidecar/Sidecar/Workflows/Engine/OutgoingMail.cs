using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Takes messages to instances of other apps. Invariants: a message leaves the sender's store only when what it brought about is durable
/// in the receiver's, so that a crash of either may repeat it (the receiver tells by its <see cref="Receipt"/>) and never loses it; those for one instance go one after the other, in the
/// order of their keys: what is sent is what the store has when it is their turn, because those who post may do so in another order than
/// they became durable, and after a start some are in the store that nobody has posted yet; while an app runs no workflows its messages
/// wait, in the store and not in memory, and go when it does.
/// </summary>
/// <param name="context">The sender.</param>
/// <param name="store">The sender's store, in which the messages are.</param>
/// <param name="commit">Makes something durable in it.</param>
/// <param name="untilDone">Does something again until it succeeds or the engine stops.</param>
/// <param name="stop">The engine stops.</param>
internal sealed class OutgoingMail(EngineContext context, IWorkflowStore store, Func<StoreCommit, Task> commit, Func<Func<Task>, Task> untilDone, CancellationToken stop)
{
    private readonly Lock _gate = new();
    private readonly InstanceLoader _loader = new(store, context.Environment, stop);
    private readonly Dictionary<(string Address, string App), Box> _boxes = [];
    private readonly Dictionary<string, TaskCompletionSource> _absent = new(StringComparer.Ordinal);

    /// <summary>What waits for apps that run no workflows, and how many.</summary>
    public IReadOnlyList<string> Waits()
    {
        lock (_gate)
        {
            return
            [
                .. _boxes.Values.GroupBy(box => box.App)
                    .Where(boxes => context.Environment.Peers.Find(boxes.Key) is null)
                    .OrderBy(boxes => boxes.Key, StringComparer.Ordinal)
                    .Select(boxes => $"{boxes.Sum(box => box.Keys.Count)} messages wait for {context.AbsentApp(boxes.Key)}"),
            ];
        }
    }

    /// <summary>Sends a message that is durable here; nothing when it is on its way already.</summary>
    public void Post(string address, InboxEvent message)
    {
        var box = new Box(address, ForeignAddress.AppOf(message.Event.Router, context.AppId)!, [message.Key]);
        lock (_gate)
        {
            if (!_boxes.TryAdd((address, box.App), box))
            {
                _boxes[(address, box.App)].Keys.Add(message.Key);
                return;
            }
        }

        _ = context.Environment.Run(() => SendAllAsync(box));
    }

    /// <summary>An app runs workflows now.</summary>
    public void Wake(string app)
    {
        lock (_gate)
        {
            if (_absent.Remove(app, out var waiting))
            {
                waiting.TrySetResult();
            }
        }
    }

    /// <summary>The engine of another app, as soon as there is one.</summary>
    public async Task<WorkflowEngine> PeerAsync(string app)
    {
        while (true)
        {
            Task joined;
            lock (_gate)
            {
                if (context.Environment.Peers.Find(app) is { } peer)
                {
                    return peer;
                }

                if (!_absent.TryGetValue(app, out var waiting))
                {
                    _absent[app] = waiting = new TaskCompletionSource(context.Environment.Completion);
                }

                joined = waiting.Task;
            }

            await joined.WaitAsync(stop);
        }
    }

    private async Task SendAllAsync(Box box)
    {
        try
        {
            long[] posted;
            do
            {
                await PeerAsync(box.App);
                posted = PostedIn(box);
                IReadOnlyList<InboxRow> rows = [];
                await untilDone(async () => rows = (await _loader.LoadAsync(box.Address)).Inbox);
                foreach (var message in rows.Select(InboxEvent.Of).Where(message => ForeignAddress.AppOf(message.Event.Router, context.AppId) == box.App))
                {
                    await untilDone(() => SendAsync(box, message));
                }
            }
            while (HasMoreThan(posted, box));
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // What was not sent is in the store, and goes at the next start.
        }
    }

    private async Task SendAsync(Box box, InboxEvent message)
    {
        var peer = await PeerAsync(box.App);

        // Whoever comes after an engine that has stopped sends the same, so that this one must not any more.
        await peer.ChangeAsync(ForeignAddress.InstanceOf(box.Address, box.App), instance => (true, stop.IsCancellationRequested ? null : instance.ReceiveForeign(message)), stop);
        stop.ThrowIfCancellationRequested();
        var done = new StoreCommit();
        done.InboxTaken.Add(new InboxKey(box.Address, message.Key));
        await commit(done);
        peer.Settled(ForeignAddress.InstanceOf(box.Address, box.App), new Receipt(context.AppId, message.Key));
    }

    private long[] PostedIn(Box box)
    {
        lock (_gate)
        {
            return [.. box.Keys];
        }
    }

    // What was posted before the store was read is sent by now, or had been before.
    private bool HasMoreThan(long[] posted, Box box)
    {
        lock (_gate)
        {
            box.Keys.ExceptWith(posted);
            return box.Keys.Count > 0 || !_boxes.Remove((box.Address, box.App));
        }
    }

    /// <summary>What was posted for one instance of another app: the keys only.</summary>
    private sealed record Box(string Address, string App, HashSet<long> Keys);
}
