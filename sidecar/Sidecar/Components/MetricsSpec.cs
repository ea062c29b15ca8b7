namespace Sidecar.Components;

/// <summary>What the Configuration says about metrics.</summary>
internal sealed record MetricsSpec
{
    /// <summary>Whether metrics are served at all; default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether paths become labels; default true, as in Dapr 1.18.</summary>
    public bool IncreasedCardinality { get; init; } = true;

    /// <summary>Whether the label <c>method</c> stays empty; default false.</summary>
    public bool ExcludeVerbs { get; init; }

    /// <summary>The patterns of paths that become labels; default none.</summary>
    public IReadOnlyList<string> PathMatching { get; init; } = [];

    /// <summary>Whether errors are counted by their code; default false.</summary>
    public bool RecordErrorCodes { get; init; }

    /// <summary>What is replaced in the values of labels; default nothing.</summary>
    public IReadOnlyList<MetricRule> Rules { get; init; } = [];

    /// <summary>The upper bounds of latencies in milliseconds; default daprd's.</summary>
    public double[] LatencyBuckets { get; init; } = Telemetry.Metrics.Distribution.Latency;
}
