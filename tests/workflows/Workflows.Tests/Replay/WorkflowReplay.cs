using System.Text.Json;
using Dapr.Workflow;
using Workflows.Tests.Golden;

namespace Workflows.Tests.Replay;

/// <summary>
/// Runs a workflow as an engine does: after every event the code starts from the beginning and is fed the whole history. Each
/// turn has to ask for the same actions in the same order as the turn before. Time is virtual; activities answer as scripted.
/// </summary>
internal sealed class WorkflowReplay
{
    public static readonly DateTime Start = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan ActivityTime = TimeSpan.FromMilliseconds(5);
    private const int MaxTurns = 5_000;
    private readonly List<HistoryEvent> _history = [];
    private List<ScriptedCall> _calls = [];
    private readonly Queue<(string Name, object Payload)> _raised = new();
    private readonly HashSet<int> _done = [];
    private List<ReplayAction> _known = [];
    private DateTime _now = Start;
    private DateTime _startedAt = Start;

    /// <summary>What each activity answers; throw for a failure.</summary>
    public required Func<ScriptedCall, object> Activity { get; init; }

    /// <summary>Called whenever only timers are left to wait for.</summary>
    public Action? Waiting { get; init; }

    /// <summary>Runs the child workflows by name, each with a replay of its own.</summary>
    public Dictionary<string, Func<WorkflowReplay, object?, object?>> Children { get; init; } = [];

    /// <summary>The longest history that one run of a workflow had.</summary>
    public int LongestHistory { get; private set; }

    /// <summary>What happened and what the workflow asked for, in order; of the last run when it continued as new.</summary>
    public List<GoldenEntry> Recorded { get; } = [];

    /// <summary>All activity calls so far.</summary>
    public IReadOnlyList<ScriptedCall> Calls => _calls;

    public IEnumerable<string> Names => _calls.Select(call => call.Name);

    /// <summary>Lets an external event arrive next.</summary>
    public void Raise(string name, object payload) => _raised.Enqueue((name, payload));

    /// <summary>Runs to the end, off the test's synchronisation context: continuations have to run inline.</summary>
    public Task<TOutput> RunAsync<TInput, TOutput>(Func<Workflow<TInput, TOutput>> workflow, TInput input) => Task.Run(() => Run(workflow, input));

    /// <summary>Runs to the end on this thread.</summary>
    public TOutput Run<TInput, TOutput>(Func<Workflow<TInput, TOutput>> workflow, TInput input)
    {
        var json = JsonSerializer.Serialize(input, JsonSerializerOptions.Web);
        for (var turn = 0; turn < MaxTurns; turn++)
        {
            var context = new ReplayContext("instance", _startedAt);
            var running = workflow().RunAsync(context, JsonSerializer.Deserialize<TInput>(json, JsonSerializerOptions.Web)!);
            _history.ForEach(context.Apply);
            Record(context.Actions);
            CheckDeterminism(context.Actions);
            LongestHistory = Math.Max(LongestHistory, _history.Count);
            if (context.Continuation is { } next)
            {
                json = JsonSerializer.Serialize(next, next.GetType(), JsonSerializerOptions.Web);
                BeginAnew();
                continue;
            }

            if (running.IsCompleted)
            {
                return running.GetAwaiter().GetResult();
            }

            Proceed();
        }

        throw new InvalidOperationException($"No end after {MaxTurns} turns.");
    }

    private void Record(List<ReplayAction> actions)
    {
        Recorded.AddRange(_history.Skip(Recorded.Count(entry => !entry.IsAction)).Select(GoldenEntry.Of));
        Recorded.AddRange(actions.Skip(_known.Count).Select((action, i) => GoldenEntry.Of(action, _known.Count + i)));
    }

    private void BeginAnew()
    {
        Recorded.Clear();
        _history.Clear();
        _known = [];
        _done.Clear();
        _startedAt = _now;
    }

    private void CheckDeterminism(List<ReplayAction> actions)
    {
        actions.Take(_known.Count).Select(action => (action.Name, action.Detail)).Should().Equal(_known.Select(action => (action.Name, action.Detail)), "a replay asks for the same");
        _known = actions;
    }

    private void Proceed()
    {
        var open = Enumerable.Range(0, _known.Count).Where(id => !_done.Contains(id)).ToList();
        if (open.Where(id => !_known[id].IsTimer).Select(id => (int?)id).FirstOrDefault() is { } activity)
        {
            Execute(activity);
            return;
        }

        Waiting?.Invoke();
        if (!Deliver())
        {
            var timer = open.MinBy(id => _known[id].FireAt);
            _now = _known[timer].FireAt > _now ? _known[timer].FireAt!.Value : _now;
            _done.Add(timer);
            _history.Add(new HistoryEvent(_now, timer));
        }
    }

    private void Execute(int id)
    {
        var action = _known[id];
        if (action.IsChild)
        {
            RunChild(id, action);
            return;
        }

        var call = new ScriptedCall(action.Name, action.Input, _calls.Count(known => known.Name == action.Name) + 1, _now);
        _calls.Add(call);
        _now += ActivityTime;
        _done.Add(id);
        var completion = Complete(id, call);
        Deliver();
        _history.Add(completion);
    }

    private void RunChild(int id, ReplayAction action)
    {
        var child = new WorkflowReplay { Activity = Activity, Waiting = Waiting, Children = Children, _calls = _calls, _now = _now, _startedAt = _now };
        var output = Children[action.Name](child, action.Input);
        _now = child._now;
        LongestHistory = Math.Max(LongestHistory, child.LongestHistory);
        _done.Add(id);
        _history.Add(new HistoryEvent(_now, id, JsonSerializer.Serialize(output, JsonSerializerOptions.Web)));
    }

    private HistoryEvent Complete(int id, ScriptedCall call)
    {
        try
        {
            return new HistoryEvent(_now, id, JsonSerializer.Serialize(Activity(call), JsonSerializerOptions.Web));
        }
        catch (Exception failure)
        {
            var details = new WorkflowTaskFailureDetails(failure.GetType().FullName!, failure.Message);
            return new HistoryEvent(_now, id, Error: new WorkflowTaskFailedException(failure.Message, details));
        }
    }

    /// <summary>Raised events come before the completion of the activity during which they were raised.</summary>
    private bool Deliver()
    {
        var any = _raised.Count > 0;
        while (_raised.TryDequeue(out var raised))
        {
            _history.Add(new HistoryEvent(_now, -1, JsonSerializer.Serialize(raised.Payload, JsonSerializerOptions.Web), EventName: raised.Name));
        }

        return any;
    }
}
