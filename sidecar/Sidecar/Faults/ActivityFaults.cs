using System.Collections.Concurrent;
using Dapr.DurableTask.Protobuf;
using Sidecar.Api.Grpc;

namespace Sidecar.Faults;

/// <summary>
/// Activities with their faults. The fault is drawn when a worker gets the activity: a failure answers in the worker's place, the rest
/// hits the worker's answer, which is late or refused once. A refused answer comes again, as after a lost connection.
/// </summary>
internal sealed class ActivityFaults(FaultInjection faults, string appId, TimeProvider time)
{
    private const int MostLate = 10_000;
    private readonly ConcurrentDictionary<(string Instance, int Task), Fault> _late = new();

    /// <summary>Hands an item to a worker, unless its activity fails right away; then <paramref name="complete"/> takes the failure.</summary>
    public async Task SendAsync(WorkItem item, Func<WorkItem, Task> send, Func<ActivityResponse, Task> complete)
    {
        if (!faults.IsOn || item.ActivityRequest is not { } activity || faults.At(new FaultTarget(FaultPlace.Activity, appId, activity.Name)) is not { } fault)
        {
            await send(item);
        }
        else if (fault.Error is { } error)
        {
            await complete(new ActivityResponse
            {
                InstanceId = activity.WorkflowInstance.InstanceId,
                TaskId = activity.TaskId,
                CompletionToken = item.CompletionToken,
                FailureDetails = new TaskFailureDetails { ErrorType = nameof(InjectedFaultException), ErrorMessage = error.Text },
            });
        }
        else
        {
            if (_late.Count >= MostLate)
            {
                // Left over from workers that never answered.
                _late.Clear();
            }

            _late[(activity.WorkflowInstance.InstanceId, activity.TaskId)] = fault;
            await send(item);
        }
    }

    /// <summary>Lets the fault of an activity hit its answer, once; throws when the answer is lost.</summary>
    public async Task BeforeAnswerAsync(ActivityResponse response, CancellationToken cancellationToken)
    {
        if (_late.IsEmpty || !_late.TryRemove((response.InstanceId, response.TaskId), out var fault))
        {
            return;
        }

        await fault.RunAsync(() => Task.FromResult(true), error => throw new GrpcException(GrpcCode.Unavailable, error.Text), time, cancellationToken);
    }
}
