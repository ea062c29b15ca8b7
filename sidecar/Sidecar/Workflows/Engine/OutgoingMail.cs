using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Takes messages to instances of other apps. Invariants: a message leaves the sender's store only when what it brought about is durable
/// in the receiver's, so that a crash of either may repeat it (the receiver tells by its <see cref="Receipt"/>) and never loses it; those for one instance go one after the other, in the
/// order of their keys: what is sent is what the store has when it is their turn, because those who post may do so in another order than
/// they became durable, and after a start some are in the store that nobody has posted yet; memory knows no more than the
/// addresses that are being served, a bounded number for each app: what else there is stays in the store, and is looked for there when
/// the app runs workflows and those before are served.
/// </summary>
/// <param name="context">The sender.</param>
/// <param name="store">The sender's store, in which the messages are.</param>
/// <param name="peers">Waits for the receivers.</param>
/// <param name="commit">Makes something durable in it.</param>
/// <param name="untilDone">Does something again until it succeeds or the engine stops.</param>
/// <param name="stop">The engine stops.</param>
internal sealed class OutgoingMail(EngineContext context, IWorkflowStore store, PeerWaits peers, Func<StoreCommit, Task> commit, Func<Func<Task>, Task> untilDone, CancellationToken stop)
{
    private readonly Lock _gate = new();
    private readonly InstanceLoader _loader = new(store, context.Environment, stop);
    private readonly Dictionary<string, MailRoute> _routes = new(StringComparer.Ordinal);

    /// <summary>The apps that run no workflows and have messages waiting for them.</summary>
    public IReadOnlyList<string> Waits()
    {
        lock (_gate)
        {
            return
            [
                .. _routes.Where(route => !route.Value.IsEmpty && context.Environment.Peers.Find(route.Key) is null)
                    .Select(route => route.Key)
                    .Order(StringComparer.Ordinal)
                    .Select(app => $"messages wait for {context.AbsentApp(app)}"),
            ];
        }
    }

    /// <summary>How many addresses are known to memory.</summary>
    public int Served
    {
        get
        {
            lock (_gate)
            {
                return _routes.Values.Sum(route => route.Count);
            }
        }
    }

    /// <summary>Sends the message that has become durable for an address; nothing when it is on its way already.</summary>
    public void Post(string app, string address)
    {
        lock (_gate)
        {
            var route = RouteTo(app);
            if (route.TryPost(address))
            {
                return;
            }

            if (context.Environment.Peers.Find(app) is null || !route.TryTakePlace())
            {
                Search(app, route);
                return;
            }

            route.TryBegin(address);
        }

        _ = context.Environment.Run(() => ServeAsync(app, address));
    }

    /// <summary>Finds out for which apps the store has messages from before the start.</summary>
    public async Task RecoverAsync()
    {
        var at = ForeignAddress.First;
        while ((await store.FindWorkAsync(at, 1, stop)) is [var address] && ForeignAddress.AppOf(address) is { } app)
        {
            lock (_gate)
            {
                Search(app, RouteTo(app));
            }

            at = ForeignAddress.EndOf(app);
        }
    }

    private MailRoute RouteTo(string app)
    {
        if (!_routes.TryGetValue(app, out var route))
        {
            _routes[app] = route = new MailRoute(context.Options.MaxMailed);
        }

        return route;
    }

    // Under the gate.
    private void Search(string app, MailRoute route)
    {
        if (route.Search())
        {
            _ = context.Environment.Run(() => SearchAsync(app, route));
        }
    }

    private async Task SearchAsync(string app, MailRoute route)
    {
        try
        {
            bool isMore;
            do
            {
                await peers.PeerAsync(app);
                lock (_gate)
                {
                    route.SearchBegins();
                }

                await BeginAllAsync(app, route);
                lock (_gate)
                {
                    isMore = !route.SearchEnds();
                    Forget(app, route);
                }
            }
            while (isMore);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // What was not found is in the store, and goes at the next start.
        }
    }

    private async Task BeginAllAsync(string app, MailRoute route)
    {
        var end = ForeignAddress.EndOf(app);
        IReadOnlyList<string> page = [ForeignAddress.BeginOf(app)];
        do
        {
            var after = page[^1];
            await untilDone(async () => page = await store.FindWorkAsync(after, context.Options.MaxMailed, stop));
            var size = page.Count;
            page = [.. page.TakeWhile(address => string.CompareOrdinal(address, end) < 0)];
            foreach (var address in page)
            {
                await BeginAsync(app, route, address);
            }

            if (page.Count < size)
            {
                return;
            }
        }
        while (page.Count > 0);
    }

    // Not until it is served: one whose receiver cannot be loaded takes a place, and no more than that, for as long as it takes.
    private async Task BeginAsync(string app, MailRoute route, string address)
    {
        await route.TakePlaceAsync(stop);
        lock (_gate)
        {
            if (!route.TryBegin(address))
            {
                return;
            }
        }

        _ = context.Environment.Run(() => ServeAsync(app, address));
    }

    private async Task ServeAsync(string app, string address)
    {
        try
        {
            do
            {
                await peers.PeerAsync(app);
            }
            while (!await TrySendAllAsync(app, address) || !IsServed(app, address));
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // What was not sent is in the store, and goes at the next start.
        }
    }

    // False when the app is gone: what was read is read again when it is back, and not kept until then.
    private async Task<bool> TrySendAllAsync(string app, string address)
    {
        IReadOnlyList<InboxRow> rows = [];
        await untilDone(async () => rows = (await _loader.LoadAsync(address)).Inbox);
        var isThere = true;
        foreach (var message in rows.Select(InboxEvent.Of))
        {
            await untilDone(async () => isThere = await TrySendAsync(app, address, message));
            if (!isThere)
            {
                break;
            }
        }

        return isThere;
    }

    // What was posted before the store was read is sent by now, or had been before.
    private bool IsServed(string app, string address)
    {
        lock (_gate)
        {
            var route = _routes[app];
            var isServed = route.End(address);
            Forget(app, route);
            return isServed;
        }
    }

    private void Forget(string app, MailRoute route)
    {
        if (route.IsEmpty)
        {
            _routes.Remove(app);
        }
    }

    private async Task<bool> TrySendAsync(string app, string address, InboxEvent message)
    {
        if (context.Environment.Peers.Find(app) is not { } peer)
        {
            return false;
        }

        var instanceId = ForeignAddress.InstanceOf(address, app);

        // Whoever comes after an engine that has stopped sends the same, so that this one must not any more. One that stops while it takes the message
        // may never say so; the next is asked again.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, peer.Stopped);
        await peer.ChangeAsync(instanceId, instance => (true, stop.IsCancellationRequested ? null : instance.ReceiveForeign(message)), either.Token);
        stop.ThrowIfCancellationRequested();
        var done = new StoreCommit();
        done.InboxTaken.Add(new InboxKey(address, message.Key));
        await commit(done);

        // The engine that took it may have stopped since; one that comes later finds out by itself.
        context.Environment.Peers.Find(app)?.Settled(instanceId, new Receipt(context.AppId, message.Key));
        return true;
    }
}
