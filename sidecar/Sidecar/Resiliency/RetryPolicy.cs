namespace Sidecar.Resiliency;

/// <summary>One retry policy.</summary>
/// <param name="Exponential">Exponential back-off instead of a constant pause.</param>
/// <param name="Pause">The pause of a constant policy; default 5 s.</param>
/// <param name="MaxInterval">The longest pause of an exponential policy; default 60 s.</param>
/// <param name="MaxRetries">Repetitions after the first attempt; -1 (default) = without end.</param>
/// <param name="HttpStatus">The HTTP codes that are retried; null = all.</param>
/// <param name="GrpcStatus">The gRPC codes that are retried; null = all.</param>
internal sealed record RetryPolicy(
    bool Exponential,
    TimeSpan Pause,
    TimeSpan MaxInterval,
    int MaxRetries,
    StatusCodeSet? HttpStatus,
    StatusCodeSet? GrpcStatus)
{
    /// <summary>An exponential policy gives up after this time, as daprd's does.</summary>
    public static readonly TimeSpan MaxElapsed = TimeSpan.FromMinutes(15);

    private const int FirstHttpStatus = 100;
    private static readonly TimeSpan InitialInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>A policy with daprd's defaults.</summary>
    public static RetryPolicy Default { get; } = new(false, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), -1, null, null);

    /// <summary>Whether an outcome may be retried. A failure without a code always may.</summary>
    public bool Matches(AttemptOutcome outcome)
    {
        if (outcome.Permanent)
        {
            return false;
        }

        var codes = outcome.Status >= FirstHttpStatus ? HttpStatus : GrpcStatus;
        return outcome.Status == 0 || codes is null || codes.Contains(outcome.Status);
    }

    /// <summary>Whether one more may follow an attempt, counted from 1.</summary>
    public bool Allows(int attempt) => MaxRetries < 0 || attempt <= MaxRetries;

    /// <summary>The pause before a repetition (1 = the first); <paramref name="random"/> between 0 and 1 spreads an exponential one by half.</summary>
    public TimeSpan PauseBefore(int repetition, double random)
    {
        if (!Exponential)
        {
            return Pause;
        }

        var interval = Math.Min(InitialInterval.TotalMilliseconds * Math.Pow(1.5, repetition - 1), MaxInterval.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(interval * (0.5 + random));
    }
}
