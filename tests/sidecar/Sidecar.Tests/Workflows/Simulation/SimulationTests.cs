using Dapr.DurableTask.Protobuf;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>The engine under a scheduler, a clock and a store that belong to the test: nothing in it escapes them.</summary>
public sealed class SimulationTests
{
    private static readonly (string, string)[] Mixed = [("Chain", "6"), ("FanOut", "12"), ("Timer", "700"), ("Parent", "child"), ("Chain", "3")];

    [Fact]
    public void Run_SameSeed_SameThingsInTheSameOrder()
    {
        var first = new Simulation(42);
        var second = new Simulation(42);
        var other = new Simulation(43);

        first.Run(Mixed);
        second.Run(Mixed);
        other.Run(Mixed);

        second.Trace.Should().Equal(first.Trace);
        other.Trace.Should().NotEqual(first.Trace);
        first.Trace.Count(line => line.EndsWith("dies", StringComparison.Ordinal)).Should().Be(4);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(2_000)]
    public void Run_ProcessesDieAndAnswersAreLost_EveryWorkflowEndsAsItShould(int from)
    {
        for (var seed = from; seed < from + 20; seed++)
        {
            var states = new Simulation(seed).Run(Mixed);

            states.Should().OnlyContain(state => state.WorkflowStatus == OrchestrationStatus.Completed, "seed {0} decides everything", seed);
            states.Select(state => state.Output).Should().Equal(["6", "12", "\"fired\"", "\"from parent\"", "3"], "seed {0} decides everything", seed);
        }
    }
}
