namespace Benchmarks.Suites;

/// <summary>A group of figures that share the processes they measure.</summary>
internal interface IBenchmarkSuite
{
    /// <summary>The name for <c>--only</c>.</summary>
    string Name { get; }

    /// <summary>Starts what it measures, measures, and stops it.</summary>
    Task RunAsync(BenchmarkOptions options, Report report);
}
