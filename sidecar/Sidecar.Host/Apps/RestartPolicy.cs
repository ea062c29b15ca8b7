namespace Sidecar.Host.Apps;

/// <summary>When a crashed app is started again: after 0.5 s, doubling to 15 s, and not at all after ten crashes in a row.</summary>
/// <param name="First">The first pause.</param>
/// <param name="Longest">The longest pause.</param>
/// <param name="Limit">How many crashes in a row are answered with a new start.</param>
/// <param name="Stable">An app that ran this long begins to count anew.</param>
internal sealed record RestartPolicy(TimeSpan First, TimeSpan Longest, int Limit, TimeSpan Stable)
{
    /// <summary>The policy of a run.</summary>
    public static RestartPolicy Default { get; } = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(15), 10, TimeSpan.FromSeconds(60));

    /// <summary>The pause before a start after so many crashes in a row; null = no more starts.</summary>
    public TimeSpan? Pause(int crashes) =>
        crashes > Limit ? null : TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(crashes - 1, 30)));
}
