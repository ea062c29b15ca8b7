using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <content>
/// What goes to and comes from instances of other apps. A message can come twice (<see cref="OutgoingMail"/>): the step that takes it leaves a
/// receipt among what waits for the instance, which no end, new run or purge removes, until the sender has the message no more.
/// </content>
internal sealed partial class WorkflowInstance
{
    private readonly Dictionary<Receipt, long> _receipts = [];

    /// <summary>What of other apps it has taken and they may send again.</summary>
    public IReadOnlyList<Receipt> Receipts => [.. _receipts.Keys];

    /// <summary>Takes what an instance of another app has sent.</summary>
    public Step ReceiveForeign(InboxEvent message)
    {
        var receipt = new Receipt(message.Event.Router.SourceAppID, message.Key);
        if (_receipts.ContainsKey(receipt))
        {
            return Nothing();
        }

        var step = Take(message) ?? new Step();
        LeaveReceipt(step, receipt);
        return step;
    }

    /// <summary>What it has taken does not come again; null when that is known.</summary>
    public Step? Forget(Receipt receipt)
    {
        if (!_receipts.Remove(receipt, out var key))
        {
            return null;
        }

        var step = new Step();
        step.Commit.InboxTaken.Add(new InboxKey(Id, key));
        return step;
    }

    private Step? Take(InboxEvent message)
    {
        var e = message.Event;
        return e.EventTypeCase switch
        {
            HistoryEvent.EventTypeOneofCase.ExecutionStarted when IsStartedBy(e.ExecutionStarted.ParentInstance) => null,
            HistoryEvent.EventTypeOneofCase.ExecutionStarted => IsActive ? RefuseChild(e.ExecutionStarted) : Create(e),
            HistoryEvent.EventTypeOneofCase.ExecutionTerminated => Terminate(e.ExecutionTerminated.Input, e.ExecutionTerminated.Recurse),
            HistoryEvent.EventTypeOneofCase.EventRaised => Raise(e),
            _ => IsActive && message.ExecutionId == _state!.ExecutionId && IsUnanswered(e) ? Answered(e) : null,
        };
    }

    private void LeaveReceipt(Step step, Receipt receipt)
    {
        var message = receipt.ToMessage(context.Keys.Next());
        _receipts[receipt] = message.Key;
        step.Commit.Inbox.Add(message.RowFor(Id));
    }

    private string? ForeignApp(TaskRouter? router) => ForeignAddress.AppOf(router, context.AppId);

    private void SendTo(Step step, string? app, string target, HistoryEvent e, string? executionId = null)
    {
        if (app is not null)
        {
            e.Router = new TaskRouter { SourceAppID = context.AppId, TargetAppID = app };
            target = ForeignAddress.Of(app, target);
        }

        step.Send(target, NewMessage(e, executionId));
    }

    private bool IsStartedBy(ParentInstanceInfo? parent) => Exists && parent is not null && parent.Equals(StartEvent.ParentInstance);

    private bool IsUnanswered(HistoryEvent answer) => WorkflowFork.EndedBy(answer) is { } call && _unanswered.Contains(call);

    private Step Answered(HistoryEvent e)
    {
        var step = new Step();
        Accept(step, e);
        return step;
    }

    // Not no step at all: what came first may still be on its way to the store, and the sender must not forget it before it is there.
    private Step Nothing()
    {
        var step = new Step();
        step.Commit.InboxTaken.Add(new InboxKey(Id, context.Keys.Next()));
        return step;
    }
}
