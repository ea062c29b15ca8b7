namespace Soak;

/// <summary>The memory of the host over the run. The first third is warm-up; the medians of the second and the last one are compared.</summary>
internal sealed class Memory
{
    private readonly List<double> _samples = [];

    /// <summary>The median of the second third, in MiB.</summary>
    public double Before => Median(_samples.Count / 3, _samples.Count * 2 / 3);

    /// <summary>The median of the last third, in MiB.</summary>
    public double After => Median(_samples.Count * 2 / 3, _samples.Count);

    /// <summary>The most, in MiB.</summary>
    public double Most => _samples.DefaultIfEmpty().Max();

    public void Add(double megabytes) => _samples.Add(megabytes);

    private double Median(int from, int to)
    {
        var part = _samples[from..to].Order().ToList();
        return part.Count == 0 ? 0 : part[part.Count / 2];
    }
}
