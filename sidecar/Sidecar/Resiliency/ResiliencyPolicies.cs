using System.Collections.Concurrent;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Resiliency;

/// <summary>
/// Finds the policy of a target: the target's own, else Dapr's default names (<c>DefaultAppRetryPolicy</c>, <c>DefaultRetryPolicy</c> ...).
/// A target with policies of its own takes none of the defaults. Breakers of components live as long as the sidecar; those of app methods
/// are one per path, and as in Dapr each app keeps the <see cref="MaxMethodsPerApp"/> paths that were called last.
/// </summary>
internal sealed class ResiliencyPolicies(ResiliencySpec spec, IReadOnlyDictionary<string, string> componentTypes, TimeProvider time, Func<double> random, ResiliencyMetrics? metrics = null) : IResiliency
{
    internal const int MaxMethodsPerApp = 5000;
    private const int MaxActorPolicies = 5000;
    private static readonly string[] ActorLevels = ["Actor", ""];
    private readonly ConcurrentDictionary<string, AppPolicies> _apps = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IPolicy> _components = new(StringComparer.Ordinal);
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
        _apps.GetOrAdd(appId, static (app, self) => new AppPolicies(() => self.Build("apps/" + app, ["App", ""]), MaxMethodsPerApp), this).For(method);

    /// <inheritdoc />
    public IPolicy ForComponentOutbound(string component) => ForComponent(component, "outbound", "ComponentOutbound");

    /// <inheritdoc />
    public IPolicy ForComponentInbound(string component) => ForComponent(component, "inbound", "ComponentInbound");

    /// <inheritdoc />
    public IPolicy ForActor(string actorType, string actorId)
    {
        var target = "actors/" + actorType;
        var byId = spec.Targets.GetValueOrDefault(target)?.CircuitBreakerScope is "id" or "both" && _actors.Count < MaxActorPolicies;
        return _actors.GetOrAdd((actorType, byId ? actorId : ""), static (_, arguments) => arguments.Self.Build(arguments.Target, ActorLevels, PolicyPart.BeforeTurn), (Self: this, Target: target));
    }

    /// <inheritdoc />
    public IPolicy ForActorTurn(string actorType) =>
        _actorTurns.GetOrAdd(actorType, static (type, self) => self.Build("actors/" + type, ActorLevels, PolicyPart.InTurn), this);

    /// <inheritdoc />
    public bool NamesActor(string actorType) => spec.Targets.ContainsKey("actors/" + actorType);

    private IPolicy ForComponent(string component, string direction, string level) =>
        _components.GetOrAdd(
            $"components/{component}/{direction}",
            static (target, arguments) => arguments.Self.Build(target, [arguments.Self.KindOf(arguments.Component) + arguments.Level, arguments.Level, ""]),
            (Self: this, Component: component, Level: level));

    private string KindOf(string component) => componentTypes.GetValueOrDefault(component, "").Split('.')[0] switch
    {
        "state" => "Statestore",
        "pubsub" => "Pubsub",
        "bindings" => "Binding",
        "secretstores" => "Secretstore",
        "configuration" => "Configuration",
        "lock" => "Lock",
        "crypto" => "Crypto",
        _ => "",
    };

    private Policy Build(string target, IReadOnlyList<string> levels, PolicyPart part = PolicyPart.All)
    {
        var names = spec.Targets.GetValueOrDefault(target) ?? new PolicyNames(
            Default(levels, "Timeout", spec.Timeouts),
            Default(levels, "Retry", spec.Retries),
            Default(levels, "CircuitBreaker", spec.CircuitBreakers));
        return new Policy(
            part == PolicyPart.BeforeTurn ? TimeSpan.Zero : Named(names.Timeout, spec.Timeouts),
            part == PolicyPart.InTurn ? null : Named(names.Retry, spec.Retries),
            part != PolicyPart.InTurn && Named(names.CircuitBreaker, spec.CircuitBreakers) is { } breaker ? new CircuitBreaker(breaker, time) : null,
            time,
            random,
            metrics is null ? null : new PolicyMetrics(metrics, Direction(target), Label(target)));
    }

    private static string Direction(string target) => target.EndsWith("/inbound", StringComparison.Ordinal) ? "inbound" : "outbound";

    // daprd names targets by kind: app_orders, statestore_mem.
    private string Label(string target)
    {
        var parts = target.Split('/');
        return parts[0] == "components" ? $"{KindOf(parts[1]).ToLowerInvariant()}_{parts[1]}" : $"{parts[0].TrimEnd('s')}_{parts[1]}";
    }

    private static string? Default<T>(IEnumerable<string> levels, string kind, Dictionary<string, T> policies) =>
        levels.Select(level => $"Default{level}{kind}Policy").FirstOrDefault(policies.ContainsKey);

    private static T? Named<T>(string? name, Dictionary<string, T> policies) => name is null ? default : policies.GetValueOrDefault(name);
}
