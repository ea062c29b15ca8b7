using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Worker;

namespace Dapr.Workflow;

/// <summary>The workflows and activities of an app.</summary>
public sealed class WorkflowRuntimeOptions
{
    private readonly List<Action<IWorkflowsFactory>> registrations = [];

    /// <summary>Without effect, as in the official package.</summary>
    [Obsolete("This has no effect.")]
    public int MaxConcurrentWorkflows { get; set; } = 100;

    /// <summary>Without effect, as in the official package.</summary>
    [Obsolete("This has no effect.")]
    public int MaxConcurrentActivities { get; set; } = 100;

    /// <summary>Registers a workflow class; the name defaults to the type's.</summary>
    public void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow => registrations.Add(factory => factory.RegisterWorkflow<TWorkflow>(name));

    /// <summary>Registers a function as a workflow.</summary>
    public void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(implementation);
        registrations.Add(factory => factory.RegisterWorkflow(name, implementation));
    }

    /// <summary>Registers an activity class; the name defaults to the type's.</summary>
    public void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity => registrations.Add(factory => factory.RegisterActivity<TActivity>(name));

    /// <summary>Registers a function as an activity.</summary>
    public void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(implementation);
        registrations.Add(factory => factory.RegisterActivity(name, implementation));
    }

    /// <summary>Passes the registrations on to a factory.</summary>
    public void ApplyRegistrations(IWorkflowsFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        registrations.ForEach(register => register(factory));
    }
}
