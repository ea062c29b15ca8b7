namespace Dapr.Workflow.Worker;

/// <summary>The pause before the worker connects again: short at first (a sidecar that restarts is back soon), then 5 s.</summary>
internal sealed class ReconnectDelay
{
    internal static readonly TimeSpan Steady = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan[] First =
    [
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromMilliseconds(250),
        TimeSpan.FromMilliseconds(500),
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(2),
    ];

    private int attempt;

    public TimeSpan Next() => attempt < First.Length ? First[attempt++] : Steady;

    public void Reset() => attempt = 0;
}
