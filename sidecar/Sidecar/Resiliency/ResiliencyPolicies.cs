using System.Collections.Concurrent;

namespace Sidecar.Resiliency;

/// <summary>
/// Finds the policy of a target: the target's own, else Dapr's default names (<c>DefaultAppRetryPolicy</c>, <c>DefaultRetryPolicy</c> ...).
/// A target with policies of its own takes none of the defaults. Breakers live as long as the sidecar; those of app methods are as many
/// as paths were called, so only the <see cref="MaxAppPolicies"/> first paths get one of their own, the others share one per app.
/// </summary>
internal sealed class ResiliencyPolicies(ResiliencySpec spec, IReadOnlyDictionary<string, string> componentTypes, TimeProvider time, Func<double> random) : IResiliency
{
    private const int MaxAppPolicies = 5000;
    private readonly ConcurrentDictionary<(string App, string Method), IPolicy> _apps = new();
    private readonly ConcurrentDictionary<string, IPolicy> _components = new(StringComparer.Ordinal);

    /// <summary>A sidecar without resiliency files.</summary>
    public static ResiliencyPolicies Empty { get; } = new(new ResiliencySpec(), new Dictionary<string, string>(StringComparer.Ordinal), TimeProvider.System, () => 0);

    /// <inheritdoc />
    public IPolicy ForApp(string appId, string method)
    {
        if (_apps.TryGetValue((appId, ""), out var shared) && shared is Policy { HasBreaker: false })
        {
            return shared;
        }

        shared ??= _apps.GetOrAdd((appId, ""), static (key, self) => self.Build("apps/" + key.App, ["App", ""]), this);
        if (shared is Policy { HasBreaker: false } || _apps.Count >= MaxAppPolicies)
        {
            return _apps.GetValueOrDefault((appId, method), shared);
        }

        return _apps.GetOrAdd((appId, method), static (key, self) => self.Build("apps/" + key.App, ["App", ""]), this);
    }

    /// <inheritdoc />
    public IPolicy ForComponentOutbound(string component) => ForComponent(component, "outbound", "ComponentOutbound");

    /// <inheritdoc />
    public IPolicy ForComponentInbound(string component) => ForComponent(component, "inbound", "ComponentInbound");

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

    private Policy Build(string target, IReadOnlyList<string> levels)
    {
        var names = spec.Targets.GetValueOrDefault(target) ?? new PolicyNames(
            Default(levels, "Timeout", spec.Timeouts),
            Default(levels, "Retry", spec.Retries),
            Default(levels, "CircuitBreaker", spec.CircuitBreakers));
        return new Policy(
            Named(names.Timeout, spec.Timeouts),
            Named(names.Retry, spec.Retries),
            Named(names.CircuitBreaker, spec.CircuitBreakers) is { } breaker ? new CircuitBreaker(breaker, time) : null,
            time,
            random);
    }

    private static string? Default<T>(IEnumerable<string> levels, string kind, Dictionary<string, T> policies) =>
        levels.Select(level => $"Default{level}{kind}Policy").FirstOrDefault(policies.ContainsKey);

    private static T? Named<T>(string? name, Dictionary<string, T> policies) => name is null ? default : policies.GetValueOrDefault(name);
}
