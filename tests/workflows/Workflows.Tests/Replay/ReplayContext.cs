using System.Text.Json;
using Dapr.Workflow;
using Microsoft.Extensions.Logging;

namespace Workflows.Tests.Replay;

/// <summary>A workflow context that is fed from a history: what the workflow asks for becomes an action, what the history holds completes it.</summary>
internal sealed class ReplayContext(string instanceId, DateTime startedAt) : WorkflowContext
{
    private readonly Dictionary<int, (Action<string?> Complete, Action<Exception> Fail)> _pending = [];
    private readonly Dictionary<string, List<Action<string>>> _waiting = new(StringComparer.OrdinalIgnoreCase);
    private DateTime _now = startedAt;

    public List<ReplayAction> Actions { get; } = [];

    public override string Name => "OrderSaga";

    public override string InstanceId => instanceId;

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => false;

    public void Apply(HistoryEvent happened)
    {
        _now = happened.At;
        if (happened.EventName is { } name)
        {
            foreach (var waiter in _waiting.GetValueOrDefault(name) ?? [])
            {
                waiter(happened.Json!);
            }
        }
        else if (happened.Error is { } error)
        {
            _pending[happened.ActionId].Fail(error);
        }
        else
        {
            _pending[happened.ActionId].Complete(happened.Json);
        }
    }

    /// <summary>What the workflow continues as new with.</summary>
    public object? Continuation { get; private set; }

    public override Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null) => Call<T>(name, input, isChild: false);

    private Task<T> Call<T>(string name, object? input, bool isChild)
    {
        var source = new TaskCompletionSource<T>();
        _pending[Actions.Count] = (json => source.TrySetResult(JsonSerializer.Deserialize<T>(json!, JsonSerializerOptions.Web)!), error => source.TrySetException(error));
        Actions.Add(new ReplayAction(name, JsonSerializer.Serialize(input, JsonSerializerOptions.Web), input, null, isChild));
        return source.Task;
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource();
        cancellationToken.Register(() => source.TrySetCanceled(cancellationToken));
        _pending[Actions.Count] = (_ => source.TrySetResult(), error => source.TrySetException(error));
        Actions.Add(new ReplayAction("timer", fireAt.ToString("O"), null, fireAt));
        return source.Task;
    }

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default)
    {
        var source = new TaskCompletionSource<T>();
        if (!_waiting.TryGetValue(eventName, out var waiters))
        {
            _waiting[eventName] = waiters = [];
        }

        waiters.Add(json => source.TrySetResult(JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)!));
        return source.Task;
    }

    public override bool IsPatched(string patchName) => throw new NotSupportedException();

    public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException();

    public override void SetCustomStatus(object? customStatus) => throw new NotSupportedException();

    public override Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) => Call<TResult>(workflowName, input, isChild: true);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) => Continuation = newInput;

    public override Guid NewGuid() => throw new NotSupportedException();

    public override ILogger CreateReplaySafeLogger(string categoryName) => throw new NotSupportedException();

    public override ILogger CreateReplaySafeLogger(Type type) => throw new NotSupportedException();

    public override ILogger CreateReplaySafeLogger<T>() => throw new NotSupportedException();

    public override PropagatedHistory? GetPropagatedHistory() => null;
}
