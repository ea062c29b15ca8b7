namespace Benchmarks;

/// <summary>What to measure and for how long.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>The help text.</summary>
    public const string Usage = "usage: make bench [ONLY=invocation,state,pubsub,workflow,workflow-scale] [RUNS=5] [LENGTH=1]";

    /// <summary>The suites to run; empty = all but the long ones (workflow-scale, 4 min).</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>How often each figure is measured; the median counts. Default 5.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>The length of one measurement in seconds; default 1.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Reads the arguments <c>--only a,b --runs 5 --seconds 1</c>; null when they are wrong.</summary>
    public static BenchmarkOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchmarkOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            var changed = arguments[i] switch
            {
                "--only" => options with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                "--runs" when int.TryParse(value, out var runs) && runs > 0 => options with { Runs = runs },
                "--seconds" when double.TryParse(value, out var seconds) && seconds > 0 => options with { Duration = TimeSpan.FromSeconds(seconds) },
                _ => null,
            };
            if (changed is null)
            {
                return null;
            }

            options = changed;
        }

        return options;
    }
}
