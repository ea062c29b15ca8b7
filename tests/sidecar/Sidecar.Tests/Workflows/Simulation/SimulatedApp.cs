using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>The app whose workflows run, and the world its activities change: the effect behind a business key happens once, however often it is asked for.</summary>
internal sealed class SimulatedApp(InMemoryWorkflowData data)
{
    /// <summary>Name of the activity that brings the effect about and answers its key.</summary>
    public const string Do = "do";

    /// <summary>Name of the activity that brings the effect about and fails all the same.</summary>
    public const string DoAndFail = "do and fail";

    /// <summary>Name of the activity that fails without an effect.</summary>
    public const string Refuse = "refuse";

    private readonly HashSet<string> _effects = new(StringComparer.Ordinal);

    /// <summary>Workflows by name.</summary>
    public Dictionary<string, Func<IReadOnlyList<HistoryEvent>, IEnumerable<WorkflowAction>>> Workflows { get; } =
        new(Scripts.All, StringComparer.Ordinal) { [PlanWorkflow.Name] = PlanWorkflow.Turn };

    /// <summary>The effects that there are, by business key.</summary>
    public IReadOnlySet<string> Effects => _effects;

    /// <summary>How often activities ran.</summary>
    public int Attempts { get; private set; }

    /// <summary>Activities that were handed out although the store did not hold them as open: too early, or after they were done.</summary>
    public List<string> Unwanted { get; } = [];

    /// <summary>Notes what the engine hands out while its process lives.</summary>
    public void Receive(ActivityRequest request)
    {
        var instance = request.WorkflowInstance.InstanceId;
        var isOpen = data.Runs.TryGetValue(instance, out var run)
            && run.Tasks.Values.Any(row => HistoryEvent.Parser.ParseFrom(row.Event).TaskScheduled.TaskExecutionId == request.TaskExecutionId);
        if (!isOpen)
        {
            Unwanted.Add($"{instance} #{request.TaskId} {request.Name} {request.Input}");
        }
    }

    /// <summary>Runs an activity.</summary>
    public ActivityResponse Run(ActivityRequest request)
    {
        Attempts++;
        if (request.Name is Do or DoAndFail)
        {
            _effects.Add(request.Input);
        }

        return request.Name is DoAndFail or Refuse
            ? new ActivityResponse { FailureDetails = new TaskFailureDetails { ErrorType = "Refused", ErrorMessage = $"{request.Name} {request.Input}" } }
            : new ActivityResponse { Result = request.Input };
    }
}
