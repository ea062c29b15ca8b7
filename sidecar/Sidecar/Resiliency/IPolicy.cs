namespace Sidecar.Resiliency;

/// <summary>Timeout, retries and circuit breaker of one target. Thread safe.</summary>
internal interface IPolicy
{
    /// <summary>True when an attempt may be repeated, so that what it sends must be kept.</summary>
    bool Retries { get; }

    /// <summary>Whether an attempt, counted from 1, that ended so may be repeated: what may not is final, and need not be kept.</summary>
    bool Repeats(AttemptOutcome outcome, int attempt) => Retries;

    /// <summary>
    /// Runs the attempt until it succeeds or the policy gives up. The attempt says by its outcome whether it counts as a failure
    /// and with which status code (HTTP or gRPC), so that retries by <c>matching</c> and the breaker can decide; an exception is a failure too,
    /// repeated unless it is a <see cref="NotRepeatableException"/>.
    /// The last outcome is returned as it is. Throws <see cref="CircuitOpenException"/> and <see cref="TimeoutException"/>.
    /// </summary>
    Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> attempt, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken);
}

/// <summary>How an attempt ended.</summary>
/// <param name="Failed">Counts as a failure.</param>
/// <param name="Status">The HTTP or gRPC status code, 0 when there is none.</param>
/// <param name="Permanent">A failure that counts for the breaker but is not retried, e.g. an etag conflict.</param>
internal readonly record struct AttemptOutcome(bool Failed, int Status, bool Permanent = false)
{
    /// <summary>It worked.</summary>
    public static AttemptOutcome Success => default;
}

/// <summary>What ended an attempt that cannot be made again, say because its body has been read; the policy tells the fault inside.</summary>
internal sealed class NotRepeatableException(Exception fault) : Exception(fault.Message, fault);

/// <summary>The target's circuit breaker lets no call through: it is open, or its trial calls are under way.</summary>
internal sealed class CircuitOpenException(string message = "circuit breaker is open") : Exception(message);
