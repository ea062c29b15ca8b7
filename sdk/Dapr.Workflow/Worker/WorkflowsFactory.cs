using System.Diagnostics.CodeAnalysis;
using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Registration;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Workflow.Worker;

/// <summary>Names are compared without case; of several registrations of a name the first wins.</summary>
internal sealed class WorkflowsFactory : IWorkflowsFactory
{
    private readonly Dictionary<string, Func<IServiceProvider, IWorkflow>> workflows = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<IServiceProvider, IWorkflowActivity>> activities = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of the registered workflows.</summary>
    internal IReadOnlyCollection<string> WorkflowNames => workflows.Keys;

    /// <summary>The names of the registered activities.</summary>
    internal IReadOnlyCollection<string> ActivityNames => activities.Keys;

    /// <summary>A sentence with the names that are registered; empty when they are not known.</summary>
    internal static string Registered(IReadOnlyCollection<string>? names) => names switch
    {
        null => string.Empty,
        { Count: 0 } => "None is registered.",
        _ => $"Registered: {string.Join(", ", names.Order(StringComparer.OrdinalIgnoreCase))}.",
    };

    /// <summary>Applies the app's own registrations and then the generated ones.</summary>
    public static WorkflowsFactory Create(IEnumerable<WorkflowRegistration> registrations)
    {
        var options = new WorkflowRuntimeOptions();
        foreach (var registration in registrations)
        {
            registration.Configure?.Invoke(options);
        }

        WorkflowAutoRegistry.Apply(options);
        var factory = new WorkflowsFactory();
        options.ApplyRegistrations(factory);
        return factory;
    }

    public void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow =>
        workflows.TryAdd(name ?? typeof(TWorkflow).Name, provider => ActivatorUtilities.CreateInstance<TWorkflow>(provider));

    public void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation) =>
        workflows.TryAdd(name, _ => new FunctionWorkflow<TInput, TOutput>(implementation));

    public void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity =>
        activities.TryAdd(name ?? typeof(TActivity).Name, provider => ActivatorUtilities.CreateInstance<TActivity>(provider));

    public void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation) =>
        activities.TryAdd(name, _ => new FunctionActivity<TInput, TOutput>(implementation));

    public bool TryCreateWorkflow(TaskIdentifier identifier, IServiceProvider serviceProvider, [NotNullWhen(true)] out IWorkflow? workflow, out Exception? activationException) =>
        TryCreate(workflows, identifier, serviceProvider, out workflow, out activationException);

    public bool TryCreateActivity(TaskIdentifier identifier, IServiceProvider serviceProvider, [NotNullWhen(true)] out IWorkflowActivity? activity, out Exception? activationException) =>
        TryCreate(activities, identifier, serviceProvider, out activity, out activationException);

    private static bool TryCreate<T>(
        Dictionary<string, Func<IServiceProvider, T>> known, TaskIdentifier identifier, IServiceProvider provider, [NotNullWhen(true)] out T? created, out Exception? failure)
        where T : class
    {
        created = null;
        failure = null;
        if (!known.TryGetValue(identifier.Name, out var create))
        {
            return false;
        }

        try
        {
            created = create(provider);
            return true;
        }
#pragma warning disable CA1031 // a constructor may throw anything; the caller reports it to the sidecar
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
            return false;
        }
    }

    private sealed class FunctionWorkflow<TInput, TOutput>(Func<WorkflowContext, TInput, Task<TOutput>> implementation) : Workflow<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(WorkflowContext context, TInput input) => implementation(context, input);
    }

    private sealed class FunctionActivity<TInput, TOutput>(Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation) : WorkflowActivity<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(WorkflowActivityContext context, TInput input) => implementation(context, input);
    }
}
