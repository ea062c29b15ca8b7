using System.Collections.Concurrent;
using System.Globalization;
using Xunit.Abstractions;

namespace Dapr.Workflow.Testing.Tests;

/// <summary>Tries seeds that nobody has chosen; <c>SIMULATION_SEED</c> repeats one exactly, with all that happened in the test's output.</summary>
internal sealed class RandomSeeds(ITestOutputHelper output, Func<int, (string? Problem, IReadOnlyList<string> Trace)> run)
{
    private const string Variable = "SIMULATION_SEED";

    public void Check(int count)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var given))
        {
            var (problem, trace) = run(given);
            trace.ToList().ForEach(output.WriteLine);
            problem.Should().BeNull();
            return;
        }

        var first = Random.Shared.Next(1_000_000) * 1_000;
        output.WriteLine($"Seeds {first} to {first + count - 1}");
        var problems = new ConcurrentBag<string>();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            if (run(seed).Problem is { } problem)
            {
                problems.Add($"{Variable}={seed} repeats it: {problem}");
            }
        });
        problems.Order(StringComparer.Ordinal).Take(5).Should().BeEmpty("{0} simulations went wrong", problems.Count);
    }
}
