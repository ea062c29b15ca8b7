using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>One change of an instance: what to store, and what to do once it is durable - never before.</summary>
internal sealed class Step
{
    public StoreCommit Commit { get; } = new();

    /// <summary>Events for other instances; their rows are in the commit.</summary>
    public List<Delivery> Deliveries { get; } = [];

    /// <summary>Activities to hand to a worker.</summary>
    public List<ActivityTask> Activities { get; } = [];

    /// <summary>The earliest timer it sets.</summary>
    public DateTimeOffset? EarliestTimer { get; private set; }

    /// <summary>The head after the change, for those who watch the instance; null when it did not change.</summary>
    public InstanceRow? Head { get; set; }

    /// <summary>The instance is gone.</summary>
    public bool Purged { get; set; }

    /// <summary>Its place in the order of the instance's changes.</summary>
    public long Number { get; set; }

    public void Send(string target, InboxEvent message)
    {
        Commit.Inbox.Add(message.RowFor(target));
        Deliveries.Add(new Delivery(target, message));
    }

    public void SetTimer(TimerRow timer)
    {
        Commit.Timers.Add(timer);
        EarliestTimer = EarliestTimer is { } earliest && earliest < timer.FireAt ? earliest : timer.FireAt;
    }
}
