using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <content>
/// Other apps. An activity for another app stays in this engine's store and goes to that app's workers through its dispatcher, which brings
/// the answer back; an instance of another app gets messages (<see cref="OutgoingMail"/>).
/// </content>
internal sealed partial class WorkflowEngine
{
    private readonly OutgoingMail _mail;

    /// <summary>Another app runs workflows now: what waited for it goes on.</summary>
    public void PeerJoined(string app)
    {
        _mail.Wake(app);
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
