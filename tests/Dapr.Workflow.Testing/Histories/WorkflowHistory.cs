using Dapr.DurableTask.Protobuf;
using Google.Protobuf;
using Sidecar.Workflows.Store;

namespace Dapr.Workflow.Testing.Histories;

/// <summary>
/// The history of a workflow's run as the engine keeps it. Instances that are under way when a new version is installed are replayed by its
/// code: as long as the code fits the histories that are kept of earlier versions, it fits theirs.
/// </summary>
public sealed class WorkflowHistory
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithIndentation());
    private readonly GetInstanceHistoryResponse _content;

    private WorkflowHistory(GetInstanceHistoryResponse content)
    {
        _content = content;
    }

    /// <summary>The workflow's name.</summary>
    public string Workflow => Start.Name;

    /// <summary>What the workflow asked for and what came of it, a line for each event; turns and events from outside are left out.</summary>
    public IReadOnlyList<string> Steps => [.. Events.Where(each => each is { WorkflowStarted: null, EventRaised: null }).Select(Line)];

    /// <summary>How many events it has.</summary>
    public int Count => _content.Events.Count;

    internal IReadOnlyList<HistoryEvent> Events => _content.Events;

    internal ExecutionStartedEvent Start => Events.First(each => each.ExecutionStarted is not null).ExecutionStarted;

    /// <summary>Reads a history from what <see cref="ToJson"/> wrote.</summary>
    public static WorkflowHistory Parse(string json) => new(GetInstanceHistoryResponse.Parser.ParseJson(json));

    /// <summary>Writes it as text, to be kept.</summary>
    public string ToJson() => Formatter.Format(_content) + "\n";

    /// <summary>Replays it turn by turn. Null when the registered code fits it, else what was expected and what was found.</summary>
    public Task<string?> ReplayAsync(Action<WorkflowRuntimeOptions> register) => new HistoryReplay(this, new AppCode(register, configure: null, TimeProvider.System)).RunAsync();

    internal static WorkflowHistory Of(InMemoryWorkflowData data, string instanceId)
    {
        if (!data.Instances.TryGetValue(instanceId, out var head))
        {
            throw new ArgumentException($"There is no instance '{instanceId}'.", nameof(instanceId));
        }

        var rows = data.Run(instanceId).History.Where(row => row.Key.Generation == head.Generation);
        var events = rows.SelectMany(row => HistoryChunk.Unpack(row.Value)).ToList();
        events.ForEach(ForgetStack);
        return new WorkflowHistory(new GetInstanceHistoryResponse { Events = { events } });
    }

    // Where on a machine something failed is no part of what happened.
    private static void ForgetStack(HistoryEvent e)
    {
        if ((e.TaskFailed?.FailureDetails ?? e.ChildWorkflowInstanceFailed?.FailureDetails ?? e.ExecutionCompleted?.FailureDetails) is { } failure)
        {
            failure.StackTrace = null;
        }
    }

    private static string Line(HistoryEvent e) =>
        $"{e.EventTypeCase} {e.TaskCompleted?.TaskScheduledId ?? e.TaskFailed?.TaskScheduledId ?? e.TimerFired?.TimerId ?? e.ChildWorkflowInstanceCompleted?.TaskScheduledId ?? e.EventId}";
}
