using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Telemetry;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>Instances in memory.</summary>
public sealed class InstanceDirectoryTests
{
    [Fact]
    public async Task Get_LoadingFails_HalfAnInstanceIsNotUsed()
    {
        WorkflowInstance? half = null;
        await using var store = new InMemoryWorkflowStore("app", new InMemoryWorkflowData());
        var environment = new EngineEnvironment(TimeProvider.System, new Tracing(new ConfigurationSpec(), []), NullLogger.Instance);
        var directory = new InstanceDirectory(store, new EngineContext("app", new KeySequence(1), new WorkflowOptions(), environment), FailOnce, CancellationToken.None);

        var first = () => directory.GetAsync("one", CancellationToken.None);

        await first.Should().ThrowAsync<InvalidOperationException>();
        half!.Evicted.Should().BeTrue("whoever waits for its gate must look again");
        directory.Find("one").Should().BeNull();
        (await directory.GetAsync("one", CancellationToken.None)).Should().NotBeSameAs(half).And.Match<WorkflowInstance>(instance => !instance.Evicted);

        void FailOnce(WorkflowInstance instance, IReadOnlyList<Step> steps)
        {
            if (half is null)
            {
                half = instance;
                throw new InvalidOperationException("damaged");
            }
        }
    }
}
