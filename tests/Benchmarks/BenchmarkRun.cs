using Benchmarks.Suites;

namespace Benchmarks;

/// <summary>Runs the chosen suites one after another and prints their figures.</summary>
internal static class BenchmarkRun
{
    private static readonly IBenchmarkSuite[] Suites = [new InvocationSuite(), new StateSuite(), new PubSubSuite(), new WorkflowSuite(), new WorkflowScaleSuite()];

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (BenchmarkOptions.Parse(arguments) is not { } options || options.Only.FirstOrDefault(name => !Suites.Any(suite => suite.Name == name)) is not null)
        {
            await Console.Error.WriteLineAsync(BenchmarkOptions.Usage);
            return 2;
        }

        foreach (var suite in Suites.Where(suite => options.Only.Count == 0 ? !suite.IsLong : options.Only.Contains(suite.Name)))
        {
            var report = new Report(suite.Name);
            await suite.RunAsync(options, report);
        }

        return 0;
    }
}
