using Dapr.DurableTask.Protobuf;
using Google.Protobuf;
using Sidecar.Workflows.Store;
using TraceContext = Sidecar.Telemetry.TraceContext;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// One workflow instance in memory: the state that its commits so far lead to. Invariants:
/// - every member is used under <see cref="Gate"/> only, and no method waits;
/// - a method that changes something returns the <see cref="Step"/> that stores the change; memory is ahead of the store by
///   the steps that are queued, in their order, and is thrown away when one of them fails;
/// - at most one turn is with a worker; an answer counts only with the token of that turn, so a late or repeated one changes nothing;
/// - an activity's completion counts once: it needs the open activity, and closes it in the same step.
/// </summary>
internal sealed partial class WorkflowInstance(string id, EngineContext context) : IDispatched
{
    private const int StartTimer = -1;
    private static readonly TimeSpan LongTurn = TimeSpan.FromMilliseconds(5);

    private readonly List<HistoryEvent> _history = [];
    private readonly List<InboxEvent> _inbox = [];
    private readonly Dictionary<int, ActivityTask> _tasks = [];
    private readonly Dictionary<int, HistoryEvent> _actions = [];
    private readonly HashSet<int> _unanswered = [];
    private readonly HashSet<long> _loadedKeys = [];
    private readonly List<HistoryEvent> _start = [];
    private byte[] _startBytes = [];
    private long _generation;
    private WorkflowState? _state;
    private bool _startPending;
    private Turn? _turn;
    private TimeSpan _turnTook;
    private long _turnBegan;
    private long _turnEnded;
    private Telemetry.Span? _span;

    /// <inheritdoc />
    public Lock Gate { get; } = new();

    /// <summary>How many workers have gone, one after the other, while they had its turn.</summary>
    public int Losses { get; set; }

    /// <inheritdoc />
    public bool IsHeldBack { get; set; }

    public string Id { get; } = id;

    /// <summary>The app it belongs to.</summary>
    public string AppId => context.AppId;

    /// <summary>Not in the directory any more; whoever holds it must get it again.</summary>
    public bool Evicted { get; set; }

    /// <summary>Steps that are not durable yet.</summary>
    public int StepsUnderWay { get; set; }

    /// <summary>Completes when the last step is durable, or has failed. What is so in memory may be told to nobody before.</summary>
    public Task LastStep { get; set; } = Task.CompletedTask;

    /// <summary>Ties its commits together: when one fails, none behind it may be stored.</summary>
    public CommitChain Chain { get; } = new();

    /// <summary>Steps so far.</summary>
    public long Steps { get; set; }

    /// <summary>Waits in the dispatcher for a worker.</summary>
    public bool Queued { get; set; }

    public DateTimeOffset LastUsed { get; set; } = context.Time.GetUtcNow();

    /// <summary>The head as the store has it, and the step that wrote it.</summary>
    public (InstanceRow? Head, long Step) Durable { get; set; }

    public bool Exists => _state is not null;

    public bool IsActive => _state is { } state && !Events.IsFinal(state.WorkflowStatus);

    public bool IsPending => _state?.WorkflowStatus == OrchestrationStatus.Pending;

    /// <summary>When it reached a final status; null while it has not.</summary>
    public DateTimeOffset? EndedAt => _state?.CompletedTimestamp?.ToDateTimeOffset();

    public int InboxLength => _inbox.Count;

    /// <summary>
    /// How long the next turn is put off: as long as the last one took, while more results are to come. A turn costs as much as the history is
    /// long, so that one for each of thousands of results would cost the square of their number. Zero for turns that take no time worth saving.
    /// </summary>
    public TimeSpan Pause => _tasks.Count == 0 || _turnTook < LongTurn ? TimeSpan.Zero : _turnTook - context.Time.GetElapsedTime(_turnEnded);

    /// <summary>Somebody waits for <see cref="Pause"/> to be over.</summary>
    public bool IsPutOff { get; set; }

    /// <summary>Nothing is under way and nothing can be done: it may leave memory.</summary>
    public bool IsQuiescent => StepsUnderWay == 0 && _turn is null && !Queued && _tasks.Count == 0 && !CanRun;

    /// <summary>A worker could run a turn now.</summary>
    public bool CanRun =>
        _turn is null
        && _state is { WorkflowStatus: OrchestrationStatus.Pending or OrchestrationStatus.Running }
        && (_startPending ? IsStartDue : _inbox.Count > 0);

    /// <summary>Activities that no worker has.</summary>
    public IEnumerable<ActivityTask> WaitingTasks => _tasks.Values.Where(task => task.Token is null);

    private ExecutionStartedEvent StartEvent => _start[0].ExecutionStarted;

    // What recovery looks for: a run whose first turn is still to come needs no inbox entry to be found.
    private OrchestrationStatus StoredStatus =>
        _startPending && _state!.WorkflowStatus == OrchestrationStatus.Running ? OrchestrationStatus.ContinuedAsNew : _state!.WorkflowStatus;

    private bool IsStartDue => _state!.ScheduledStartTimestamp is not { } at || at.ToDateTimeOffset() <= context.Time.GetUtcNow();

    /// <summary>Takes over what is stored. The steps returned settle what waited in the inbox.</summary>
    public IReadOnlyList<Step> Load(StoredInstance stored)
    {
        if (stored.Record is { } row)
        {
            LoadRun(row, stored);
        }

        var steps = new List<Step>();
        foreach (var entry in stored.Inbox)
        {
            _loadedKeys.Add(entry.Key);
            if (Receive(InboxEvent.Of(entry)) is { } step)
            {
                steps.Add(step);
            }
        }

        return steps;
    }

    /// <summary>Something has failed in it outside a step of its engine, which takes it from memory.</summary>
    public void Suspect(Exception exception) => context.Suspect(this, exception);

    /// <summary>Ends the spans of an instance that leaves memory.</summary>
    public void StopSpans()
    {
        _span?.Stop();
        _span = null;
        foreach (var task in _tasks.Values)
        {
            task.Span?.Stop();
        }
    }

    private void LoadRun(InstanceRow row, StoredInstance stored)
    {
        Durable = (row, 0);
        _generation = row.Generation;
        _state = WorkflowState.Parser.ParseFrom(row.State);
        SetStart(GetInstanceHistoryResponse.Parser.ParseFrom(row.Start).Events);
        _startPending = true;
        foreach (var e in stored.History.SelectMany(HistoryChunk.Unpack))
        {
            _history.Add(e);
            Index(e);
        }

        foreach (var task in stored.Tasks)
        {
            _tasks[task.TaskId] = new ActivityTask(this, HistoryEvent.Parser.ParseFrom(task.Event));
        }
    }

    private void Index(HistoryEvent e)
    {
        _startPending &= e.ExecutionStarted is null;
        if (Events.IsFromAction(e))
        {
            _actions.TryAdd(e.EventId, e);
        }

        if (e.ChildWorkflowInstanceCreated is not null)
        {
            _unanswered.Add(e.EventId);
        }

        NoteAnswer(e);
    }

    // An answer counts from when it waits in the inbox, before history has it.
    private void NoteAnswer(HistoryEvent e)
    {
        if (WorkflowFork.EndedBy(e) is { } call)
        {
            _unanswered.Remove(call);
        }
    }

    private void SetStart(IEnumerable<HistoryEvent> events)
    {
        _start.Clear();
        _start.AddRange(events);
        _startBytes = new GetInstanceHistoryResponse { Events = { _start } }.ToByteArray();
    }

    private InboxEvent NewMessage(HistoryEvent e, string? executionId = null) => new(context.Keys.Next(), executionId, e);

    private void Append(Step step, HistoryEvent e)
    {
        step.Commit.History.Add(new HistoryRow(Id, _generation, _history.Count, e.ToByteArray()));
        _history.Add(e);
        Index(e);
    }

    private void SaveHead(Step step, bool created = false, bool isFirst = false)
    {
        _state!.LastUpdatedTimestamp = context.Now;
        var row = new InstanceRow(
            Id,
            _generation,
            _state.Name,
            StoredStatus,
            _state.CreatedTimestamp.ToDateTimeOffset(),
            _state.LastUpdatedTimestamp.ToDateTimeOffset(),
            _state.CompletedTimestamp?.ToDateTimeOffset(),
            _state.ToByteArray(),
            _startBytes)
        { IsFirst = isFirst };
        (created ? step.Commit.Created : step.Commit.Updated).Add(row);
        step.Head = row;
    }

    private TraceContext StartTrace() =>
        StartEvent.ParentTraceContext is { } parent ? new TraceContext(parent.TraceParent, parent.TraceState ?? "") : TraceContext.None;

    private Dapr.DurableTask.Protobuf.TraceContext? CurrentTrace()
    {
        var trace = Telemetry.Tracing.ContextOf(_span, StartTrace());
        return trace.TraceParent.Length == 0
            ? null
            : new Dapr.DurableTask.Protobuf.TraceContext { TraceParent = trace.TraceParent, TraceState = trace.TraceState.Length > 0 ? trace.TraceState : null };
    }
}
