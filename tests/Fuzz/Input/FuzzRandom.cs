namespace Fuzz.Input;

/// <summary>The choices of one case: the same seed makes the same case.</summary>
internal sealed class FuzzRandom(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>A number from 0 to one less than the limit.</summary>
    public int Below(int limit) => _random.Next(limit);

    /// <summary>True so many times of a hundred.</summary>
    public bool Percent(int percent) => _random.Next(100) < percent;

    /// <summary>One of them.</summary>
    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    /// <summary>Random bytes.</summary>
    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Some of what the function makes, up to a number.</summary>
    public IEnumerable<T> Some<T>(int most, Func<T> make) => Enumerable.Range(0, Below(most + 1)).Select(_ => make()).ToList();
}
