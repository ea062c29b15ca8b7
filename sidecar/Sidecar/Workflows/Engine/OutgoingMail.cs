using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Takes messages to instances of other apps. Invariants: a message leaves the sender's store only when what it brought about is durable
/// in the receiver's, so that a crash of either may repeat it (the receiver tells) and never loses it; those for one instance go one after
/// the other, in the order of their keys; while an app runs no workflows its messages wait, and go when it does.
/// </summary>
/// <param name="context">The sender.</param>
/// <param name="commit">Makes something durable in the sender's store, in which the messages are.</param>
/// <param name="untilDone">Does something again until it succeeds or the engine stops.</param>
/// <param name="stop">The engine stops.</param>
internal sealed class OutgoingMail(EngineContext context, Func<StoreCommit, Task> commit, Func<Func<Task>, Task> untilDone, CancellationToken stop)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SortedDictionary<long, InboxEvent>> _boxes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskCompletionSource> _absent = new(StringComparer.Ordinal);

    /// <summary>What waits for apps that run no workflows, and how many.</summary>
    public IReadOnlyList<string> Waits()
    {
        lock (_gate)
        {
            return
            [
                .. _boxes.Values.SelectMany(box => box.Values).CountBy(AppOf)
                    .Where(messages => context.Environment.Peers.Find(messages.Key) is null)
                    .OrderBy(messages => messages.Key, StringComparer.Ordinal)
                    .Select(messages => $"{messages.Value} messages wait for {context.AbsentApp(messages.Key)}"),
            ];
        }
    }

    /// <summary>Sends a message that is durable here; nothing when it is on its way already.</summary>
    public void Post(string address, InboxEvent message)
    {
        lock (_gate)
        {
            if (_boxes.TryGetValue(address, out var box))
            {
                box.TryAdd(message.Key, message);
                return;
            }

            _boxes[address] = new SortedDictionary<long, InboxEvent> { [message.Key] = message };
        }

        _ = context.Environment.Run(() => SendAllAsync(address));
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

    private string AppOf(InboxEvent message) => ForeignAddress.AppOf(message.Event.Router, context.AppId)!;

    private async Task SendAllAsync(string address)
    {
        try
        {
            InboxEvent message;
            do
            {
                message = First(address);
                await untilDone(() => SendAsync(address, message));
            }
            while (HasMoreAfter(address, message));
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // What was not sent is in the store, and goes at the next start.
        }
    }

    private async Task SendAsync(string address, InboxEvent message)
    {
        var app = AppOf(message);
        var peer = await PeerAsync(app);
        await peer.ChangeAsync(ForeignAddress.InstanceOf(address, app), instance => (true, instance.ReceiveForeign(message)), stop);
        var done = new StoreCommit();
        done.InboxTaken.Add(new InboxKey(address, message.Key));
        await commit(done);
    }

    private async Task<WorkflowEngine> PeerAsync(string app)
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

    private InboxEvent First(string address)
    {
        lock (_gate)
        {
            return _boxes[address].Values.First();
        }
    }

    private bool HasMoreAfter(string address, InboxEvent sent)
    {
        lock (_gate)
        {
            var box = _boxes[address];
            box.Remove(sent.Key);
            return box.Count > 0 || !_boxes.Remove(address);
        }
    }
}
