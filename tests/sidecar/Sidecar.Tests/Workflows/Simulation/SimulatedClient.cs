using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows;
using Sidecar.Workflows.Engine;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>Starts workflows and raises their events; asks again for everything that was not confirmed, like any client must.</summary>
internal sealed class SimulatedClient(SimulatedWorld world, IReadOnlyList<SimulatedInstance> instances)
{
    private readonly HashSet<(string Id, string Event)> _raised = [];

    /// <summary>Starts what is not there and raises what was not confirmed.</summary>
    public async Task StartAsync(WorkflowEngine engine)
    {
        var operations = new WorkflowOperations(engine);
        foreach (var instance in instances)
        {
            await UntilConfirmedAsync(() => StartAsync(operations, instance));
        }
    }

    /// <summary>The state of every workflow, once it has ended.</summary>
    public async Task<IReadOnlyList<WorkflowState>> WaitAsync(WorkflowEngine engine)
    {
        var states = new List<WorkflowState>();
        foreach (var instance in instances)
        {
            states.Add(InstanceView.Of((await new WorkflowOperations(engine).WaitForCompletionAsync(instance.Id, CancellationToken.None))!, withPayloads: true));
        }

        return states;
    }

    private async Task StartAsync(WorkflowOperations operations, SimulatedInstance instance)
    {
        if (await operations.FindAsync(instance.Id, CancellationToken.None) is null)
        {
            await operations.CreateAsync(new CreateInstanceRequest { InstanceId = instance.Id, Name = instance.Workflow, Input = instance.Input }, CancellationToken.None);
        }

        foreach (var name in instance.Events.Where(name => !_raised.Contains((instance.Id, name))))
        {
            await operations.RaiseEventAsync(instance.Id, name, Plan.Payload(name), CancellationToken.None);
            _raised.Add((instance.Id, name));
        }
    }

    private async Task UntilConfirmedAsync(Func<Task> action)
    {
        while (true)
        {
            try
            {
                await action();
                return;
            }
            catch (SimulatedStoreException)
            {
                await world.PauseAsync(100);
            }
        }
    }
}

/// <summary>A workflow to start.</summary>
internal sealed record SimulatedInstance(string Id, string Workflow, string Input, IReadOnlyList<string> Events)
{
    /// <summary>An instance that does what a plan says.</summary>
    public static SimulatedInstance Of(string id, Plan plan) => new(id, PlanWorkflow.Name, plan.ToInput(), [.. plan.Events()]);
}
