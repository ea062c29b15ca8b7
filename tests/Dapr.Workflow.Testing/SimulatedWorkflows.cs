extern alias sdk;

using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Testing.Processes;
using Sidecar.Workflows;
using WorkflowState = sdk::Dapr.Workflow.WorkflowState;

namespace Dapr.Workflow.Testing;

/// <summary>
/// What a client of the workflows does. Every call comes back when it is confirmed: it is repeated when the store refuses it, and when the process dies
/// before its answer, by the next process. So an event may be raised twice, as with any client that must not lose one.
/// </summary>
public sealed class SimulatedWorkflows
{
    private static readonly TimeSpan BeforeTheNextAttempt = TimeSpan.FromMilliseconds(100);
    private readonly SimulatedApp _app;

    internal SimulatedWorkflows(SimulatedApp app)
    {
        _app = app;
    }

    /// <summary>The workflows of another app of the simulation.</summary>
    public SimulatedWorkflows Of(string app) => new(_app.World.Of(app));

    /// <summary>Starts a workflow.</summary>
    public Task StartAsync(string workflow, string instanceId, object? input = null, DateTimeOffset? startAt = null) => ConfirmedAsync(async (operations, attempt) =>
    {
        // The attempt before may have got through.
        if (attempt == 1 || await operations.FindAsync(instanceId, CancellationToken.None) is null)
        {
            Accepted(await operations.CreateAsync(
                new CreateInstanceRequest
                {
                    InstanceId = instanceId,
                    Name = workflow,
                    Input = input is null ? null : _app.World.Code.Serializer.Serialize(input),
                    ScheduledStartTimestamp = startAt is { } at ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(at) : null,
                },
                CancellationToken.None));
        }

        return true;
    });

    /// <summary>Raises an event.</summary>
    public Task RaiseEventAsync(string instanceId, string name, object? payload = null) =>
        DoAsync(operations => operations.RaiseEventAsync(instanceId, name, payload is null ? null : _app.World.Code.Serializer.Serialize(payload), CancellationToken.None));

    /// <summary>Suspends an instance.</summary>
    public Task SuspendAsync(string instanceId, string? reason = null) => DoAsync(operations => operations.SuspendAsync(instanceId, reason, CancellationToken.None));

    /// <summary>Resumes an instance.</summary>
    public Task ResumeAsync(string instanceId, string? reason = null) => DoAsync(operations => operations.ResumeAsync(instanceId, reason, CancellationToken.None));

    /// <summary>Ends an instance, and its children with it.</summary>
    public Task TerminateAsync(string instanceId, object? output = null, bool recursive = true) =>
        DoAsync(operations => operations.TerminateAsync(instanceId, output is null ? null : _app.World.Code.Serializer.Serialize(output), recursive, CancellationToken.None));

    /// <summary>Removes an instance that has ended, and its children that have.</summary>
    public Task PurgeAsync(string instanceId, bool recursive = true) => ConfirmedAsync(async (operations, attempt) =>
    {
        var (refusal, count) = await operations.PurgeAsync(instanceId, recursive, force: false, CancellationToken.None);
        return Accepted(attempt > 1 && refusal == WorkflowRefusal.NotFound ? WorkflowRefusal.None : refusal) ? count : 0;
    });

    /// <summary>The state of an instance now.</summary>
    public Task<WorkflowState> GetAsync(string instanceId) =>
        ConfirmedAsync(async (operations, _) => State(await operations.FindAsync(instanceId, CancellationToken.None)));

    /// <summary>The state of an instance once it has ended; one that does not exist (any more) says so.</summary>
    public Task<WorkflowState> WaitAsync(string instanceId) =>
        ConfirmedAsync(async (operations, _) => State(await operations.WaitForCompletionAsync(instanceId, CancellationToken.None)));

    /// <summary>The output of an instance that completes.</summary>
    /// <exception cref="InvalidOperationException">It ended otherwise.</exception>
    public async Task<T?> ResultAsync<T>(string instanceId)
    {
        var state = await WaitAsync(instanceId);
        return state.RuntimeStatus == WorkflowRuntimeStatus.Completed
            ? state.ReadOutputAs<T>()
            : throw new InvalidOperationException($"Instance '{instanceId}' is {state.RuntimeStatus}: {state.FailureDetails?.ErrorType} {state.FailureDetails?.ErrorMessage}");
    }

    /// <summary>The ids of all instances.</summary>
    public Task<IReadOnlyList<string>> ListAsync() => ConfirmedAsync(async (operations, _) => (await operations.ListAsync(null, null, CancellationToken.None)).Ids);

    /// <summary>Lets virtual time go by.</summary>
    public Task PauseAsync(TimeSpan time) => Task.Delay(time, _app.World.Time);

    private static bool Accepted(WorkflowRefusal refusal) =>
        refusal == WorkflowRefusal.None ? true : throw new InvalidOperationException($"The engine refused a call: {refusal}.");

    private WorkflowState State(Sidecar.Workflows.Store.InstanceRow? row) => _app.World.Code.State(row is null ? null : InstanceView.Of(row, withPayloads: true));

    private Task DoAsync(Func<WorkflowOperations, Task<WorkflowRefusal>> operation) =>
        ConfirmedAsync(async (operations, _) => Accepted(await operation(operations)));

    private async Task<T> ConfirmedAsync<T>(Func<WorkflowOperations, int, Task<T>> operation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var process = await _app.ProcessAsync();
            try
            {
                var asked = operation(process.Operations, attempt);
                if (await Task.WhenAny(asked, process.Died) == asked)
                {
                    return await asked;
                }
            }
            catch (Exception e) when (e is SimulatedStoreException or OperationCanceledException)
            {
                // Refused, or the process died: again.
            }

            await PauseAsync(BeforeTheNextAttempt);
        }
    }
}
