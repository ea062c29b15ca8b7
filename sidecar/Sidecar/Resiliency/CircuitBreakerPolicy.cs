namespace Sidecar.Resiliency;

/// <summary>The settings of circuit breakers.</summary>
/// <param name="Name">The policy's name.</param>
/// <param name="MaxRequests">Trial calls let through while half open; default 1.</param>
/// <param name="Interval">The counts of a closed breaker are cleared each interval; default 0 = never.</param>
/// <param name="Timeout">How long the breaker stays open; default 60 s.</param>
/// <param name="Trip">Whether the counts open the breaker; default more than 5 failures in a row.</param>
internal sealed record CircuitBreakerPolicy(string Name, int MaxRequests, TimeSpan Interval, TimeSpan Timeout, Func<BreakerCounts, bool> Trip)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    public static bool DefaultTrip(BreakerCounts counts) => counts.ConsecutiveFailures > 5;
}

/// <summary>What a circuit breaker has counted since it changed its state or its interval began.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct BreakerCounts(long Requests, long TotalSuccesses, long TotalFailures, long ConsecutiveSuccesses, long ConsecutiveFailures)
{
    public BreakerCounts Begun => this with { Requests = Requests + 1 };

    public BreakerCounts Succeeded => this with { TotalSuccesses = TotalSuccesses + 1, ConsecutiveSuccesses = ConsecutiveSuccesses + 1, ConsecutiveFailures = 0 };

    public BreakerCounts Failed => this with { TotalFailures = TotalFailures + 1, ConsecutiveFailures = ConsecutiveFailures + 1, ConsecutiveSuccesses = 0 };
}
