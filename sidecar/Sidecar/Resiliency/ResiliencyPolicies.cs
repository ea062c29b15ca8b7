using System.Collections.Concurrent;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Resiliency;

/// <summary>
/// Makes and keeps the policy of each target (see <see cref="PolicyTargets"/>). Breakers of components live as long as the sidecar; those of app methods
/// are one per path, and as in Dapr each app keeps the <see cref="MaxMethodsPerApp"/> paths that were called last.
/// </summary>
internal sealed class ResiliencyPolicies(ResiliencySpec spec, IReadOnlyDictionary<string, string> componentTypes, TimeProvider time, Func<double> random, ResiliencyMetrics? metrics = null) : IResiliency
{
    internal const int MaxMethodsPerApp = 5000;
    private const int MaxActorPolicies = 5000;
    private readonly PolicyTargets _targets = new(spec, componentTypes);
    private readonly ConcurrentDictionary<string, AppPolicies> _apps = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IPolicy> _components = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CircuitBreaker> _componentBreakers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Type, string Id), IPolicy> _actors = new();
    private readonly ConcurrentDictionary<string, IPolicy> _actorTurns = new(StringComparer.Ordinal);

    private enum PolicyPart
    {
        All,
        BeforeTurn,
        InTurn,
    }

    /// <summary>A sidecar without resiliency files.</summary>
    public static ResiliencyPolicies Empty { get; } = new(new ResiliencySpec(), new Dictionary<string, string>(StringComparer.Ordinal), TimeProvider.System, () => 0);

    /// <inheritdoc />
    public IPolicy ForApp(string appId, string method) =>
        _apps.GetOrAdd(appId, static (app, self) => new AppPolicies(() => self.Build(self._targets.App(app)), MaxMethodsPerApp), this).For(method);

    /// <inheritdoc />
    public IPolicy ForComponentOutbound(string component) => ForComponent(component, "outbound");

    /// <inheritdoc />
    public IPolicy ForComponentInbound(string component) => ForComponent(component, "inbound");

    /// <inheritdoc />
    public IPolicy ForActor(string actorType, string actorId)
    {
        var byId = spec.Targets.GetValueOrDefault("actors/" + actorType)?.CircuitBreakerScope is "id" or "both" && _actors.Count < MaxActorPolicies;
        return _actors.GetOrAdd((actorType, byId ? actorId : ""), static (actor, self) => self.Build(self._targets.Actor(actor.Type), PolicyPart.BeforeTurn), this);
    }

    /// <inheritdoc />
    public IPolicy ForActorTurn(string actorType) =>
        _actorTurns.GetOrAdd(actorType, static (type, self) => self.Build(self._targets.Actor(type), PolicyPart.InTurn), this);

    /// <inheritdoc />
    public bool NamesActor(string actorType) => spec.Targets.ContainsKey("actors/" + actorType);

    private IPolicy ForComponent(string component, string direction) =>
        _components.GetOrAdd(
            $"components/{component}/{direction}",
            static (_, arguments) => arguments.Self.BuildComponent(arguments.Component, arguments.Direction),
            (Self: this, Component: component, Direction: direction));

    // As in daprd a component has one breaker for both directions: what it was made of first.
    private Policy BuildComponent(string component, string direction)
    {
        var policies = _targets.Component(component, direction);
        return Build(policies, breaker: policies.Breaker is { } template ? _componentBreakers.GetOrAdd(component, static (_, made) => made, new CircuitBreaker(template, time)) : null);
    }

    private Policy Build(TargetPolicies policies, PolicyPart part = PolicyPart.All, CircuitBreaker? breaker = null) => new(
        part == PolicyPart.BeforeTurn ? TimeSpan.Zero : policies.Timeout,
        part == PolicyPart.InTurn ? null : policies.Retry,
        part != PolicyPart.InTurn && policies.Breaker is { } template ? breaker ?? new CircuitBreaker(template, time) : null,
        time,
        random,
        metrics is null ? null : new PolicyMetrics(metrics, Direction(policies.Target), Label(policies.Target)));

    private static string Direction(string target) => target.EndsWith("/inbound", StringComparison.Ordinal) ? "inbound" : "outbound";

    // daprd names targets by kind: app_orders, statestore_mem.
    private string Label(string target)
    {
        var parts = target.Split('/');
        return parts[0] == "components" ? $"{_targets.KindOf(parts[1]).ToLowerInvariant()}_{parts[1]}" : $"{parts[0].TrimEnd('s')}_{parts[1]}";
    }
}
