using Dapr.Workflow;
using Dapr.Workflow.Testing;
using Dapr.Workflow.Testing.Histories;
using Workflows.Compensation;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Tests.Saga;

/// <summary>A run of the saga's workflows by the real engine in virtual time; activities take 5 ms and answer as scripted.</summary>
internal sealed class SagaRun
{
    public static readonly DateTime Start = WorkflowSimulation.Start.UtcDateTime;
    private const string Instance = "instance";
    private static readonly TimeSpan ActivityTime = TimeSpan.FromMilliseconds(5);
    private readonly Func<SagaRun, ScriptedCall, object> _script;
    private readonly WorkflowSimulation _simulation;
    private readonly List<ScriptedCall> _calls = [];
    private readonly Queue<(string Name, object Payload)> _raised = new();
    private SimulatedWorkflows _workflows = null!;

    public SagaRun(Func<SagaRun, ScriptedCall, object> script)
    {
        _script = script;
        _simulation = new WorkflowSimulation(options =>
        {
            foreach (var step in SagaStep.All)
            {
                Answer<StepRequest>(options, step.Name);
            }

            foreach (var undo in SagaStep.AllUndos)
            {
                Answer<UndoRequest>(options, undo);
            }

            foreach (var change in (string[])[nameof(StartCompensation), nameof(RequireIntervention), nameof(MarkCancelled)])
            {
                Answer<CompensationRequest>(options, change);
            }

            OrderSagaRegistration.Register(options);
        });
    }

    /// <summary>When the customer asks for cancellation; default: never.</summary>
    public TimeSpan? CancelAfter { get; init; }

    /// <summary>The longest history that one run of a workflow had.</summary>
    public int LongestHistory { get; private set; }

    /// <summary>All activity calls so far.</summary>
    public IReadOnlyList<ScriptedCall> Calls => _calls;

    public IEnumerable<string> Names => _calls.Select(call => call.Name);

    /// <summary>The history of the workflow that was run.</summary>
    public WorkflowHistory History => _simulation.History(Instance);

    /// <summary>Lets an external event arrive during the activity that is scripted.</summary>
    public void Raise(string name, object payload) => _raised.Enqueue((name, payload));

    /// <summary>Runs a workflow to its end.</summary>
    public TOutput Run<TOutput>(string workflow, object input) => _simulation.Run(async workflows =>
    {
        _workflows = workflows;
        await workflows.StartAsync(workflow, Instance, input);
        if (CancelAfter is { } pause)
        {
            await workflows.PauseAsync(pause);
            await workflows.RaiseEventAsync(Instance, OrderSaga.CancelEvent, new CancelRequest("too slow"));
        }

        return (await workflows.ResultAsync<TOutput>(Instance))!;
    });

    /// <summary>Runs the saga of an order to its end.</summary>
    public OrderSagaResult Saga(TimeSpan? deadline = null) => Run<OrderSagaResult>(nameof(OrderSaga), Script.Order(deadline));

    private void Answer<TInput>(WorkflowRuntimeOptions options, string activity) =>
        options.RegisterActivity<TInput, object>(activity, (_, input) => AnswerAsync(activity, input));

    private async Task<object> AnswerAsync(string activity, object? input)
    {
        var call = new ScriptedCall(activity, input, _calls.Count(known => known.Name == activity) + 1, _simulation.Time.GetUtcNow().UtcDateTime);
        _calls.Add(call);
        LongestHistory = Math.Max(LongestHistory, _simulation.Instances.Max(id => _simulation.History(id).Count));
        await Task.Delay(ActivityTime, _simulation.Time);
        try
        {
            return _script(this, call);
        }
        finally
        {
            while (_raised.TryDequeue(out var raised))
            {
                await _workflows.RaiseEventAsync(Instance, raised.Name, raised.Payload);
            }
        }
    }
}
