using Dapr.Common.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>
/// Runs one turn of a workflow: from its start over the past events, then over the new ones, and reports what it wants done next.
/// It keeps nothing between turns.
/// </summary>
internal sealed partial class WorkflowTurn(IServiceScopeFactory scopes, IWorkflowsFactory factory, IDaprSerializer serializer, ILoggerFactory loggers)
{
    private readonly ILogger logger = loggers.CreateLogger<WorkflowTurn>();

    /// <summary>The answer to a turn. What fails outside the workflow's own code (an output that cannot be serialised, a history that cannot be read) fails the instance.</summary>
    public async Task<Proto.WorkflowResponse> RunAsync(Proto.WorkflowRequest request, string completionToken)
    {
        try
        {
            return await RunTurnAsync(request, completionToken);
        }
#pragma warning disable CA1031 // an item without an answer would hang its instance
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotAnswered(request.InstanceId, exception);
            return Failed(request, completionToken, Convert.ToFailureDetails(exception, isNonRetriable: true));
        }
    }

    /// <summary>The answer that fails the instance.</summary>
    internal static Proto.WorkflowResponse Failed(Proto.WorkflowRequest request, string completionToken, Proto.TaskFailureDetails details) =>
        new() { InstanceId = request.InstanceId, CompletionToken = completionToken, Actions = { Failure(details) } };

    private async Task<Proto.WorkflowResponse> RunTurnAsync(Proto.WorkflowRequest request, string completionToken)
    {
        var response = new Proto.WorkflowResponse { InstanceId = request.InstanceId, CompletionToken = completionToken };
        if (request.NewEvents.FirstOrDefault(entry => entry.ExecutionTerminated is not null) is { } terminated)
        {
            response.Actions.Add(Completion(Proto.OrchestrationStatus.Terminated, terminated.ExecutionTerminated.Input));
            return response;
        }

        // A paused workflow does nothing, also when events arrive meanwhile: they are in its history when it goes on.
        if (IsSuspended(request))
        {
            return response;
        }

        var instance = ReplayInstance.From(request);
        using var trace = WorkItemTrace.Continue($"workflow {instance.Name}", instance.Trace);
        await using var scope = scopes.CreateAsyncScope();
        if (!factory.TryCreateWorkflow(instance.Name, scope.ServiceProvider, out var workflow, out var failure))
        {
            response.Actions.Add(Failure(failure is null ? NotFound(instance.Name) : Convert.ToFailureDetails(failure)));
            LogNotCreated(instance.Name, instance.InstanceId, failure);
            return response;
        }

        Replay(request, response, instance, workflow);
        return response;
    }

    private void Replay(Proto.WorkflowRequest request, Proto.WorkflowResponse response, ReplayInstance instance, IWorkflow workflow)
    {
        var context = new ReplayContext(instance, serializer, loggers);
        Task<object?>? running = null;
        try
        {
            var started = request.PastEvents.Concat(request.NewEvents).LastOrDefault(entry => entry.ExecutionStarted is not null);
            context.Begin(replaying: true);
            foreach (var entry in request.PastEvents)
            {
                Apply(entry);
            }

            context.Begin(replaying: false);
            foreach (var entry in request.NewEvents)
            {
                Apply(entry);
            }

            context.End();

            void Apply(Proto.HistoryEvent entry)
            {
                ReplayEvents.Apply(context, entry);
                if (ReferenceEquals(entry, started))
                {
                    running = workflow.RunAsync(context, Input(workflow, instance.Input));
                }
            }
        }
#pragma warning disable CA1031 // anything thrown outside the workflow's own task (its input cannot be read) fails the instance
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(instance.Name, instance.InstanceId, exception);
            response.Actions.Add(Failure(Convert.ToFailureDetails(exception)));
            return;
        }

        Report(context, running, response);
    }

    private void Report(ReplayContext context, Task<object?>? running, Proto.WorkflowResponse response)
    {
        if (Contradiction(context, running) is { } contradiction)
        {
            LogContradiction(context.Name, context.InstanceId, contradiction);
            response.Actions.Add(Failure(new Proto.TaskFailureDetails { ErrorType = "NonDeterministicWorkflow", ErrorMessage = contradiction, IsNonRetriable = true }));
            return;
        }

        response.Actions.AddRange(context.PendingActions);
        response.CustomStatus = context.CustomStatus;
        if (context.Patches.IsUsed)
        {
            response.Version = new Proto.WorkflowVersion { Name = context.Name, Patches = { context.Patches.Applied } };
        }

        if (running is { IsFaulted: true } or { IsCanceled: true })
        {
            var exception = running.Exception?.InnerException ?? new TaskCanceledException(running);
            LogFailed(context.Name, context.InstanceId, exception);
            response.Actions.Add(Failure(Convert.ToFailureDetails(exception, isNonRetriable: true)));
        }
        else if (context.Continuation is { } continuation)
        {
            continuation.CompleteWorkflow.CarryoverEvents.AddRange(context.PreservesEvents ? context.Events.Unconsumed : []);
            response.Actions.Add(continuation);
        }
        else if (running is { IsCompletedSuccessfully: true })
        {
#pragma warning disable VSTHRD002, MA0042, VSTHRD103 // it is completed
            response.Actions.Add(Completion(Proto.OrchestrationStatus.Completed, serializer.Serialize(running.Result)));
#pragma warning restore VSTHRD002, MA0042, VSTHRD103
        }
    }

    // Going on would repeat things or wait for ever. An exception of the workflow's own says more, and goes first.
    private static string? Contradiction(ReplayContext context, Task<object?>? running) => running switch
    {
        { IsFaulted: true } or { IsCanceled: true } => null,
        { IsCompleted: false } when context is { Mismatch: null, Continuation: null, IsWaiting: false } =>
            $"The workflow waits {ForeignAwait.Describe(running)} is not a task of its context. Use context.CreateTimer instead of Task.Delay, an activity instead of I/O, and no Task.Run, Task.Yield or ConfigureAwait(false).",
        _ => context.Mismatch,
    };

    private object? Input(IWorkflow workflow, string? input) =>
        serializer.Deserialize(input, workflow.InputType) ?? (workflow.InputType.IsValueType ? Activator.CreateInstance(workflow.InputType) : null);

    private static bool IsSuspended(Proto.WorkflowRequest request) =>
        request.PastEvents.Concat(request.NewEvents).LastOrDefault(entry => entry.ExecutionSuspended is not null || entry.ExecutionResumed is not null)?.ExecutionSuspended is not null;

    private static Proto.WorkflowAction Completion(Proto.OrchestrationStatus status, string? result) => new()
    {
        CompleteWorkflow = new Proto.CompleteWorkflowAction { WorkflowStatus = status, Result = result },
    };

    private static Proto.WorkflowAction Failure(Proto.TaskFailureDetails details) => new()
    {
        CompleteWorkflow = new Proto.CompleteWorkflowAction { WorkflowStatus = Proto.OrchestrationStatus.Failed, FailureDetails = details },
    };

    private Proto.TaskFailureDetails NotFound(string name) => new()
    {
        ErrorType = "WorkflowNotFound",
        ErrorMessage = $"Workflow '{name}' is not registered in this app. {WorkflowsFactory.Registered((factory as WorkflowsFactory)?.WorkflowNames)}",
        IsNonRetriable = true,
    };

    [LoggerMessage(1, LogLevel.Error, "Workflow {Workflow} of instance {InstanceId} cannot be created")]
    private partial void LogNotCreated(string workflow, string instanceId, Exception? exception);

    [LoggerMessage(3, LogLevel.Error, "A turn of instance {InstanceId} failed outside its workflow's code; the instance fails")]
    private partial void LogNotAnswered(string instanceId, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "Workflow {Workflow} of instance {InstanceId} fails, because it cannot be replayed: {Reason}")]
    private partial void LogContradiction(string workflow, string instanceId, string reason);

    [LoggerMessage(2, LogLevel.Error, "Workflow {Workflow} of instance {InstanceId} failed")]
    private partial void LogFailed(string workflow, string instanceId, Exception exception);
}
