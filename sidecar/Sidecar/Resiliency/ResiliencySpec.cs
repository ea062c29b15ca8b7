namespace Sidecar.Resiliency;

/// <summary>The policies and targets of all resiliency files that an app sees, merged in the order of the files; the last one wins.</summary>
internal sealed record ResiliencySpec
{
    /// <summary>The timeouts by name.</summary>
    public Dictionary<string, TimeSpan> Timeouts { get; } = new(StringComparer.Ordinal);

    /// <summary>The retry policies by name.</summary>
    public Dictionary<string, RetryPolicy> Retries { get; } = new(StringComparer.Ordinal);

    /// <summary>The circuit breakers by name.</summary>
    public Dictionary<string, CircuitBreakerPolicy> CircuitBreakers { get; } = new(StringComparer.Ordinal);

    /// <summary>The targets: <c>apps/ID</c>, <c>components/NAME/outbound</c>, <c>components/NAME/inbound</c>, <c>actors/TYPE</c>.</summary>
    public Dictionary<string, PolicyNames> Targets { get; } = new(StringComparer.Ordinal);
}

/// <summary>The policies of a target by name; null = none.</summary>
internal sealed record PolicyNames(string? Timeout, string? Retry, string? CircuitBreaker)
{
    /// <summary>Of an actor's breaker: <c>type</c> (default) shares it between all actors of the type, <c>id</c> and <c>both</c> do not.</summary>
    public string? CircuitBreakerScope { get; init; }
}
