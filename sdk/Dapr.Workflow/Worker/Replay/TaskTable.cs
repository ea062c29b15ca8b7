using Dapr.Common.Serialization;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>The tasks a workflow waits for, by the id of their action. A completion nobody waits for yet is kept; a second one is ignored.</summary>
internal sealed class TaskTable(IDaprSerializer serializer)
{
    private readonly Dictionary<int, Action<Proto.HistoryEvent>> open = [];
    private readonly Dictionary<int, Proto.HistoryEvent> early = [];
    private readonly Dictionary<string, int> idsByExecution = new(StringComparer.Ordinal);

    public int OpenCount => open.Count;

    public Task<T> Open<T>(int id, string name, string? executionId = null)
    {
        var source = new TaskCompletionSource<T>();
        if (executionId is not null)
        {
            idsByExecution[executionId] = id;
        }

        Await(id, entry => Complete(source, entry, id, name));
        return source.Task;
    }

    public Task OpenTimer(int id, CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource();
        Await(id, _ => source.TrySetResult());
        cancellationToken.Register(() =>
        {
            open.Remove(id);
            source.TrySetCanceled(cancellationToken);
        });
        return source.Task;
    }

    public void Complete(int id, Proto.HistoryEvent entry, string? executionId = null)
    {
        if (!open.ContainsKey(id) && executionId is not null && idsByExecution.TryGetValue(executionId, out var scheduled))
        {
            id = scheduled;
        }

        if (open.Remove(id, out var complete))
        {
            complete(entry);
        }
        else
        {
            early.TryAdd(id, entry);
        }
    }

    private void Await(int id, Action<Proto.HistoryEvent> complete)
    {
        if (early.Remove(id, out var entry))
        {
            complete(entry);
        }
        else
        {
            open[id] = complete;
        }
    }

    private void Complete<T>(TaskCompletionSource<T> source, Proto.HistoryEvent entry, int id, string name)
    {
        switch (entry.EventTypeCase)
        {
            case Proto.HistoryEvent.EventTypeOneofCase.TaskCompleted:
                serializer.Deliver(source, entry.TaskCompleted.Result);
                break;
            case Proto.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                serializer.Deliver(source, entry.ChildWorkflowInstanceCompleted.Result);
                break;
            case Proto.HistoryEvent.EventTypeOneofCase.TaskFailed:
                source.TrySetException(Failure("Activity", name, id, entry.TaskFailed.FailureDetails));
                break;
            case Proto.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed:
                source.TrySetException(Failure("Child workflow", name, id, entry.ChildWorkflowInstanceFailed.FailureDetails));
                break;
            default:
                source.TrySetException(new InvalidOperationException($"Action {id} ({name}) was completed by {entry.EventTypeCase}: the workflow's code has changed while it ran."));
                break;
        }
    }

    private static WorkflowTaskFailedException Failure(string kind, string name, int id, Proto.TaskFailureDetails? details)
    {
        var failure = Convert.ToFailureDetails(details) ?? new WorkflowTaskFailureDetails("Unknown", "No details were given.");
        return new WorkflowTaskFailedException($"{kind} '{name}' (#{id}) failed with an unhandled exception: {failure.ErrorMessage}", failure);
    }
}
