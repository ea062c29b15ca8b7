namespace Sidecar.Resiliency;

/// <summary>Timeout, retries and circuit breaker of one target. Thread safe.</summary>
internal interface IPolicy
{
    /// <summary>
    /// Runs the attempt until it succeeds or the policy gives up. The attempt says by its outcome whether it counts as a failure
    /// and with which status code (HTTP or gRPC), so that retries by <c>matching</c> and the breaker can decide; an exception is a failure too.
    /// The last outcome is returned as it is. Throws <see cref="CircuitOpenException"/> and <see cref="TimeoutException"/>.
    /// </summary>
    Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> attempt, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken);
}

/// <summary>How an attempt ended.</summary>
/// <param name="Failed">Counts as a failure.</param>
/// <param name="Status">The HTTP or gRPC status code, 0 when there is none.</param>
internal readonly record struct AttemptOutcome(bool Failed, int Status)
{
    /// <summary>It worked.</summary>
    public static AttemptOutcome Success => default;
}

/// <summary>The target's circuit breaker is open.</summary>
internal sealed class CircuitOpenException() : Exception("circuit breaker is open");
