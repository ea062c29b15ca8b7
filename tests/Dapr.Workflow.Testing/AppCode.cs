extern alias sdk;
using Dapr.Common.Serialization;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Worker;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using sdk::Dapr.Workflow;
using sdk::Dapr.Workflow.Worker;
using sdk::Dapr.Workflow.Worker.Replay;
using Wire = sdk::Dapr.DurableTask.Protobuf;
using WorkflowState = sdk::Dapr.Workflow.WorkflowState;

namespace Dapr.Workflow.Testing;

/// <summary>The app's workflows and activities, run by the SDK's worker as it runs them in the app; only the wire is left out.</summary>
internal sealed class AppCode
{
    private readonly WorkflowTurn _turn;
    private readonly ActivityExecution _activity;

    public AppCode(Action<WorkflowRuntimeOptions> register, Action<IServiceCollection>? configure, TimeProvider time)
    {
        var services = new ServiceCollection();
        services.AddSingleton(time);
        configure?.Invoke(services);
        services.TryAddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.TryAddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddDaprWorkflow(register);
        var provider = services.BuildServiceProvider();
        var scopes = provider.GetRequiredService<IServiceScopeFactory>();
        var factory = provider.GetRequiredService<IWorkflowsFactory>();
        var loggers = provider.GetRequiredService<ILoggerFactory>();
        Serializer = provider.GetRequiredService<IDaprSerializer>();
        _turn = new WorkflowTurn(scopes, factory, Serializer, loggers);
        _activity = new ActivityExecution(scopes, factory, Serializer, loggers);
    }

    /// <summary>Writes and reads payloads as the app does it.</summary>
    public IDaprSerializer Serializer { get; }

    /// <summary>
    /// Runs a turn. It is a task of the default scheduler, which is what the worker of an app has, on the calling thread: what the workflow awaits of its
    /// context goes on within, and what it awaits besides is found out.
    /// </summary>
    public async Task<WorkflowResponse> TurnAsync(WorkflowRequest request, string token)
    {
        var copy = Wire.WorkflowRequest.Parser.ParseFrom(request.ToByteArray());
        var turn = new Task<Task<Wire.WorkflowResponse>>(() => _turn.RunAsync(copy, token));
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            turn.RunSynchronously(TaskScheduler.Default);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return WorkflowResponse.Parser.ParseFrom((await await turn).ToByteArray());
    }

    /// <summary>Runs an activity.</summary>
    public async Task<ActivityResponse> RunAsync(ActivityRequest request, string token)
    {
        var answer = await _activity.RunAsync(Wire.ActivityRequest.Parser.ParseFrom(request.ToByteArray()), token);
        return ActivityResponse.Parser.ParseFrom(answer.ToByteArray());
    }

    /// <summary>An instance as clients of the SDK see it.</summary>
    public WorkflowState State(Dapr.DurableTask.Protobuf.WorkflowState? state) =>
        new(state is null ? null : Wire.WorkflowState.Parser.ParseFrom(state.ToByteArray()), Serializer);
}
