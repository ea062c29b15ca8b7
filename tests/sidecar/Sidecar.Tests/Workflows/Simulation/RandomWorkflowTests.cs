using System.Collections.Concurrent;
using System.Globalization;
using Dapr.DurableTask.Protobuf;
using Xunit.Abstractions;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>
/// Thousands of workflows that nobody thought of, with faults that nobody thought of. Each run begins at another seed; <c>SIMULATION_SEED</c>
/// repeats one exactly, with all that happened in the test's output.
/// </summary>
public sealed class RandomWorkflowTests(ITestOutputHelper output)
{
    private const string Variable = "SIMULATION_SEED";
    private const int Workflows = 10_000;
    private const int PerSeed = 20;

    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_RandomWorkflowsAndFaults_EveryOneEndsWithItsResultAndItsEffects()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var given))
        {
            var (problem, trace) = TryRun(given);
            trace.ToList().ForEach(output.WriteLine);
            problem.Should().BeNull();
            return;
        }

        var first = Random.Shared.Next(1_000_000) * 1_000;
        output.WriteLine($"Seeds {first} to {first + (Workflows / PerSeed) - 1}");
        var problems = new ConcurrentBag<string>();
        Parallel.For(first, first + (Workflows / PerSeed), new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            if (TryRun(seed).Problem is { } problem)
            {
                problems.Add($"{Variable}={seed} repeats it: {problem}");
            }
        });
        problems.Order(StringComparer.Ordinal).Take(5).Should().BeEmpty("{0} simulations went wrong", problems.Count);
    }

    /// <summary>Activities that were handed out by the engine's sweep while the step that scheduled them was still being written.</summary>
    [Theory]
    [InlineData(269667035)]
    [InlineData(9938236)]
    [InlineData(14274354)]
    public void Run_SeedThatFoundADefect_StaysMended(int seed) => TryRun(seed).Problem.Should().BeNull();

    [Fact]
    public void Run_SameSeedWithRandomWorkflows_SameThingsInTheSameOrder() => TryRun(7).Trace.Should().Equal(TryRun(7).Trace);

    private static (string? Problem, IReadOnlyList<string> Trace) TryRun(int seed)
    {
        var random = new Random(seed);
        var source = new PlanSource(random);
        var plans = Enumerable.Range(0, PerSeed).Select(_ => source.Next()).ToList();
        var simulation = new Simulation(seed) { Crashes = random.Next(5) };
        try
        {
            var states = simulation.Run([.. plans.Select((plan, i) => SimulatedInstance.Of($"w{i}", plan))]);
            return (Problem(plans, states, simulation.App), simulation.Trace);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            return (e.Message, simulation.Trace);
        }
    }

    private static string? Problem(List<Plan> plans, IReadOnlyList<WorkflowState> states, SimulatedApp app)
    {
        var wrong = plans.Zip(states).FirstOrDefault(pair => pair.Second.WorkflowStatus != OrchestrationStatus.Completed || pair.Second.Output != pair.First.Result());
        return wrong.Second is { } state ? $"{state} instead of {wrong.First.Result()}"
            : app.Unwanted.Count > 0 ? $"handed out, but not open in the store: {string.Join("; ", app.Unwanted)}"
            : !app.Effects.SetEquals(plans.SelectMany(plan => plan.Effects())) ? $"the effects are {string.Join(", ", app.Effects)}"
            : null;
    }
}
