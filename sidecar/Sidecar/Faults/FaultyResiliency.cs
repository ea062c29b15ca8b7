using Sidecar.Resiliency;

namespace Sidecar.Faults;

/// <summary>The policies of a sidecar with the faults of its components below them, so that each attempt can be hit.</summary>
internal sealed class FaultyResiliency(IResiliency inner, FaultInjection faults, string appId, TimeProvider time) : IResiliency
{
    /// <inheritdoc />
    public IPolicy ForApp(string appId, string method) => inner.ForApp(appId, method);

    /// <inheritdoc />
    public IPolicy ForComponentOutbound(string component) => new FaultyPolicy(inner.ForComponentOutbound(component), faults, new FaultTarget(FaultPlace.Component, appId, component), time);

    /// <inheritdoc />
    public IPolicy ForComponentInbound(string component) => inner.ForComponentInbound(component);

    /// <inheritdoc />
    public IPolicy ForActor(string actorType, string actorId) => inner.ForActor(actorType, actorId);

    /// <inheritdoc />
    public IPolicy ForActorTurn(string actorType) => inner.ForActorTurn(actorType);

    /// <inheritdoc />
    public bool NamesActor(string actorType) => inner.NamesActor(actorType);

    private sealed class FaultyPolicy(IPolicy policy, FaultInjection faults, FaultTarget target, TimeProvider time) : IPolicy
    {
        public bool Retries => policy.Retries;

        public bool Repeats(AttemptOutcome outcome, int attempt) => policy.Repeats(outcome, attempt);

        public Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> attempt, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken) =>
            faults.IsOn ? policy.ExecuteAsync(token => AttemptAsync(attempt, token), judge, cancellationToken) : policy.ExecuteAsync(attempt, judge, cancellationToken);

        private Task<T> AttemptAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken) => faults.At(target) is { } fault
            ? fault.RunAsync(() => attempt(cancellationToken), error => throw new InjectedFaultException(error.Text), time, cancellationToken)
            : attempt(cancellationToken);
    }
}
