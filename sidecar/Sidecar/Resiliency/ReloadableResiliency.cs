using Sidecar.Components;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Resiliency;

/// <summary>
/// The policies of a sidecar, exchanged when its resiliency files change. A call that has begun ends under the policy it began with;
/// circuit breakers begin closed after an exchange.
/// </summary>
internal sealed class ReloadableResiliency(LoadedResources first, SidecarMetrics metrics, TimeProvider time) : IResiliency
{
    private volatile IResiliency _current = Create(first, metrics, time);

    /// <summary>Takes the policies of other files.</summary>
    public void Replace(LoadedResources loaded) => _current = Create(loaded, metrics, time);

    /// <inheritdoc />
    public IPolicy ForApp(string appId, string method) => _current.ForApp(appId, method);

    /// <inheritdoc />
    public IPolicy ForComponentOutbound(string component) => new CurrentPolicy(this, resiliency => resiliency.ForComponentOutbound(component));

    /// <inheritdoc />
    public IPolicy ForComponentInbound(string component) => new CurrentPolicy(this, resiliency => resiliency.ForComponentInbound(component));

    /// <inheritdoc />
    public IPolicy ForActor(string actorType, string actorId) => _current.ForActor(actorType, actorId);

    /// <inheritdoc />
    public IPolicy ForActorTurn(string actorType) => _current.ForActorTurn(actorType);

    /// <inheritdoc />
    public bool NamesActor(string actorType) => _current.NamesActor(actorType);

    private static ResiliencyPolicies Create(LoadedResources loaded, SidecarMetrics metrics, TimeProvider time) => new(
        loaded.Resiliency,
        loaded.Resources.Components.ToDictionary(component => component.Name, component => component.Type, StringComparer.Ordinal),
        time,
        Random.Shared.NextDouble,
        new ResiliencyMetrics(metrics, [.. loaded.Resources.Resiliency.Select(document => document.Name)]));

    /// <summary>The policy that a component has at present; components keep it for as long as they live.</summary>
    private sealed class CurrentPolicy(ReloadableResiliency owner, Func<IResiliency, IPolicy> find) : IPolicy
    {
        private volatile Found? _found;

        public bool Retries => Current.Retries;

        public bool Repeats(AttemptOutcome outcome, int attempt) => Current.Repeats(outcome, attempt);

        private IPolicy Current
        {
            get
            {
                var resiliency = owner._current;
                var found = _found;
                if (found?.In != resiliency)
                {
                    _found = found = new Found(resiliency, find(resiliency));
                }

                return found.Policy;
            }
        }

        public Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> attempt, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken) => Current.ExecuteAsync(attempt, judge, cancellationToken);

        private sealed record Found(IResiliency In, IPolicy Policy);
    }
}
