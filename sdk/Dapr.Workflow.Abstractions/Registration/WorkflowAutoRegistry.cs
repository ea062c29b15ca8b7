namespace Dapr.Workflow;

/// <summary>Registrations that generated code adds when its assembly is loaded.</summary>
public static class WorkflowAutoRegistry
{
    private static readonly Lock Gate = new();
    private static readonly List<Action<WorkflowRuntimeOptions>> Registrations = [];

    /// <summary>Adds a registration for every worker of the process.</summary>
    public static void Register(Action<WorkflowRuntimeOptions> registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        lock (Gate)
        {
            Registrations.Add(registration);
        }
    }

    internal static void Apply(WorkflowRuntimeOptions options)
    {
        lock (Gate)
        {
            Registrations.ForEach(register => register(options));
        }
    }
}
