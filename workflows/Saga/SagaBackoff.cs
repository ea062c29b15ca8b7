namespace Workflows.Saga;

/// <summary>
/// The durable retries' pauses: 100, 200, 400 ms, then 1 s doubling to 30 s, each within 20 % of that. The jitter is a
/// function of order, activity and attempt, because workflow code has to come to the same answer at every replay.
/// </summary>
internal static class SagaBackoff
{
    private const double Jitter = 0.2;
    private static readonly TimeSpan[] First = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400)];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>The pause after the given failed attempt (1 = the first).</summary>
    public static TimeSpan After(int attempt, string seed) => Spread(Plain(attempt), $"{seed}:{attempt}");

    /// <summary>The pause before a round of undos that were left over (1 = the first): 10 s doubling to 1 min, after half an hour 5 min.</summary>
    public static TimeSpan BeforeRound(int round, string seed) =>
        Spread(Doubled(TimeSpan.FromSeconds(10), round - 1, TimeSpan.FromMinutes(round <= 30 ? 1 : 5)), $"{seed}:round:{round}");

    private static TimeSpan Plain(int attempt) => attempt <= First.Length ? First[attempt - 1] : Doubled(TimeSpan.FromSeconds(1), attempt - First.Length - 1, Longest);

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan longest) => times >= 16 || first * (1 << times) > longest ? longest : first * (1 << times);

    private static TimeSpan Spread(TimeSpan pause, string seed) => pause * (1 - Jitter + (2 * Jitter * Fraction(seed)));

    /// <summary>A number in [0, 1) from the FNV-1a hash of the seed; string.GetHashCode differs from process to process.</summary>
    private static double Fraction(string seed)
    {
        var hash = 2166136261u;
        foreach (var character in seed)
        {
            hash = unchecked((hash ^ character) * 16777619u);
        }

        return hash / (uint.MaxValue + 1.0);
    }
}
