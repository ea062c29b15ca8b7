namespace Benchmarks.Suites;

/// <summary>A group of figures that share the processes they measure.</summary>
internal interface IBenchmarkSuite
{
    /// <summary>The name for <c>--only</c>.</summary>
    string Name { get; }

    /// <summary>Takes minutes, and runs only when it is named.</summary>
    bool IsLong => false;

    /// <summary>Starts what it measures, measures, and stops it.</summary>
    Task RunAsync(BenchmarkOptions options, Report report);
}
