using System.Diagnostics;
using Dapr.Common.Serialization;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker;

/// <summary>Runs one call of an activity; whatever it throws is the call's failure.</summary>
internal sealed partial class ActivityExecution(IServiceScopeFactory scopes, IWorkflowsFactory factory, IDaprSerializer serializer, ILoggerFactory loggers)
{
    private readonly ILogger logger = loggers.CreateLogger<ActivityExecution>();

    public async Task<Proto.ActivityResponse> RunAsync(Proto.ActivityRequest request, string completionToken)
    {
        var instanceId = request.WorkflowInstance?.InstanceId ?? string.Empty;
        var response = new Proto.ActivityResponse { InstanceId = instanceId, TaskId = request.TaskId, CompletionToken = completionToken };
        using var trace = WorkItemTrace.Start($"activity {request.Name}", request.ParentTraceContext);
        trace?.SetTag("dapr.workflow.instance_id", instanceId).SetTag("dapr.workflow.activity", request.Name);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (factory.TryCreateActivity(request.Name, scope.ServiceProvider, out var activity, out var failure))
            {
                var context = new ActivityContext(request.Name, request.TaskExecutionId, instanceId);
                response.Result = serializer.Serialize(await activity.RunAsync(context, Input(activity, request.Input)));
                return response;
            }

            LogNotCreated(request.Name, instanceId, failure);
            response.FailureDetails = failure is null ? NotFound(request.Name) : Convert.ToFailureDetails(failure);
        }
#pragma warning disable CA1031 // reported to the workflow
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(request.Name, instanceId, exception);
            response.FailureDetails = Convert.ToFailureDetails(exception);
        }

        trace?.SetStatus(ActivityStatusCode.Error, response.FailureDetails.ErrorType);
        return response;
    }

    /// <summary>The answer that a call failed.</summary>
    internal static Proto.ActivityResponse Failed(Proto.ActivityRequest request, string completionToken, Proto.TaskFailureDetails details) => new()
    {
        InstanceId = request.WorkflowInstance?.InstanceId ?? string.Empty,
        TaskId = request.TaskId,
        CompletionToken = completionToken,
        FailureDetails = details,
    };

    private object? Input(IWorkflowActivity activity, string? input) =>
        serializer.Deserialize(input, activity.InputType) ?? (activity.InputType.IsValueType ? Activator.CreateInstance(activity.InputType) : null);

    private Proto.TaskFailureDetails NotFound(string name) => new()
    {
        ErrorType = "ActivityNotFoundException",
        ErrorMessage = $"Activity '{name}' is not registered in this app. {WorkflowsFactory.Registered((factory as WorkflowsFactory)?.ActivityNames)}",
    };

    [LoggerMessage(1, LogLevel.Error, "Activity {Activity} of instance {InstanceId} cannot be created")]
    private partial void LogNotCreated(string activity, string instanceId, Exception? exception);

    [LoggerMessage(2, LogLevel.Warning, "Activity {Activity} of instance {InstanceId} failed")]
    private partial void LogFailed(string activity, string instanceId, Exception exception);

    private sealed class ActivityContext(string name, string taskExecutionKey, string instanceId) : WorkflowActivityContext
    {
        public override TaskIdentifier Identifier => name;

        public override string TaskExecutionKey => taskExecutionKey;

        public override string InstanceId => instanceId;
    }
}
