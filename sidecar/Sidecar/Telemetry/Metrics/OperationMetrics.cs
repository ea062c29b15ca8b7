using System.Diagnostics;

namespace Sidecar.Telemetry.Metrics;

/// <summary>How often something was done, and how long it took: the families <c>NAME_count</c> and <c>NAME_latencies</c> with the same labels.</summary>
internal sealed class OperationMetrics(SidecarMetrics metrics, string name, string latency, string[] labels)
{
    private readonly MetricFamily<Counter> _counts = metrics.Counters(name + "_count", labels);
    private readonly MetricFamily<Distribution> _latencies = metrics.Distributions(latency, metrics.LatencyBuckets, labels);

    public OperationMetrics(SidecarMetrics metrics, string name, params string[] labels)
        : this(metrics, name, name + "_latencies", labels)
    {
    }

    /// <summary>Counts one that began at <paramref name="began"/> and ends now.</summary>
    public void Record(LabelValues values, long began)
    {
        if (metrics.IsEnabled)
        {
            Record(values, Stopwatch.GetElapsedTime(began));
        }
    }

    /// <summary>Counts one that took so long.</summary>
    public void Record(LabelValues values, TimeSpan took)
    {
        if (metrics.IsEnabled)
        {
            _counts.At(values).Increment();
            _latencies.At(values).Add(Math.Floor(took.TotalMilliseconds));
        }
    }

    /// <summary>The whole milliseconds since then.</summary>
    public static double Elapsed(long began) => Math.Floor(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
}
