namespace ServiceDefaults;

/// <param name="Cumulative">Observations up to each bound.</param>
internal sealed record HistogramSnapshot(IReadOnlyList<long> Cumulative, double Sum, long Count);
