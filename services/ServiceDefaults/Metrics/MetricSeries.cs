namespace ServiceDefaults;

/// <summary>One label set of a metric: a number, or the buckets of a histogram.</summary>
internal sealed class MetricSeries(IReadOnlyList<double> bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[bounds.Count];
    private double _sum;
    private long _count;

    public double Value
    {
        get
        {
            lock (_gate)
            {
                return _sum;
            }
        }
    }

    public void Add(double value)
    {
        lock (_gate)
        {
            _sum += value;
        }
    }

    public void Set(double value)
    {
        lock (_gate)
        {
            _sum = value;
        }
    }

    public void Observe(double value)
    {
        lock (_gate)
        {
            _sum += value;
            _count++;
            for (var index = 0; index < bounds.Count; index++)
            {
                if (value <= bounds[index])
                {
                    _buckets[index]++;
                    break;
                }
            }
        }
    }

    public HistogramSnapshot Snapshot()
    {
        lock (_gate)
        {
            var cumulative = new long[_buckets.Length];
            var sum = 0L;
            for (var index = 0; index < _buckets.Length; index++)
            {
                cumulative[index] = sum += _buckets[index];
            }

            return new HistogramSnapshot(cumulative, _sum, _count);
        }
    }
}
