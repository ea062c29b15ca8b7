using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <content>
/// Other apps. An activity for another app stays in this engine's store and goes to that app's workers through its dispatcher, which brings
/// the answer back; an instance of another app gets messages (<see cref="OutgoingMail"/>).
/// </content>
internal sealed partial class WorkflowEngine
{
    private readonly OutgoingMail _mail;
    private readonly PeerWaits _peers;

    /// <summary>Instances of other apps to which messages are being taken.</summary>
    public int Mailing => _mail.Served;

    /// <summary>Another app runs workflows now: what waited for it goes on.</summary>
    public void PeerJoined(string app)
    {
        _peers.Wake(app);
        foreach (var instance in _directory.Loaded)
        {
            lock (instance.Gate)
            {
                foreach (var task in instance is { Evicted: false, StepsUnderWay: 0 } ? instance.WaitingTasks.Where(task => task.App == app) : [])
                {
                    Dispatcher.Enqueue(task);
                }
            }
        }
    }

    /// <summary>A sender has a message no more that an instance of this app has taken.</summary>
    public void Settled(string instanceId, Receipt receipt) =>
        Observe(RetryAsync(() => ChangeAsync(instanceId, instance => (true, instance.Forget(receipt)), _stop.Token)));

    // A sender that stopped between its commit and Settled says nothing any more; one that still has the message sends it again.
    private Task AskAsync(string instanceId, Receipt receipt) => RetryAsync(async () =>
    {
        var sender = await _peers.PeerAsync(receipt.App);
        if (!await sender.HoldsAsync(ForeignAddress.Of(_context.AppId, instanceId), receipt.Key))
        {
            Settled(instanceId, receipt);
        }
    });

    private async Task<bool> HoldsAsync(string address, long key) =>
        (await _store.LoadAsync([address], _stop.Token))[0].Inbox.Any(row => row.Key == key);

    private async Task CommitAloneAsync(StoreCommit commit)
    {
        try
        {
            await _store.CommitAsync(commit);
        }
        catch (StoreFencedException e)
        {
            StopFor(e.Message);
            throw;
        }
    }
}
