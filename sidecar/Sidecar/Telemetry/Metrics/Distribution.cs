namespace Sidecar.Telemetry.Metrics;

/// <summary>A histogram with fixed upper bounds. Thread safe; a reader may see the sum a moment before the count.</summary>
internal sealed class Distribution(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    /// <summary>The bounds of daprd's latencies, in milliseconds.</summary>
    public static double[] Latency { get; } =
        [1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 65, 80, 100, 130, 160, 200, 250, 300, 400, 500, 650, 800, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

    /// <summary>The bounds of daprd's sizes, in bytes.</summary>
    public static double[] Size { get; } = [1 << 10, 2 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20, 256 << 20, 1 << 30, 4L << 30];

    /// <summary>Counts a value.</summary>
    public void Add(double value)
    {
        var bucket = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref _counts[bucket < 0 ? ~bucket : bucket]);
        if (value == 0)
        {
            // Most latencies are, in whole milliseconds; the sum stays as it is.
            return;
        }

        double before;
        do
        {
            before = Volatile.Read(ref _sum);
        }
        while (Interlocked.CompareExchange(ref _sum, before + value, before) != before);
    }

    /// <summary>Writes it in Prometheus' text form.</summary>
    public void Write(TextWriter writer, string name, string labels)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        long total = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            total += Interlocked.Read(ref _counts[i]);
            var bound = i < bounds.Length ? bounds[i].ToString(culture) : "+Inf";
            writer.Write($"{name}_bucket{{{labels},le=\"{bound}\"}} {total}\n");
        }

        writer.Write($"{name}_sum{{{labels}}} {Volatile.Read(ref _sum).ToString(culture)}\n");
        writer.Write($"{name}_count{{{labels}}} {total}\n");
    }
}
