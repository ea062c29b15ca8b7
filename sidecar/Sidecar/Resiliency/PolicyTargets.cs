namespace Sidecar.Resiliency;

/// <summary>
/// Which policies a target has: its own, else those with Dapr's default names (<c>DefaultAppRetryPolicy</c>, <c>DefaultRetryPolicy</c> ...).
/// A target with policies of its own takes none of the defaults.
/// </summary>
internal sealed class PolicyTargets(ResiliencySpec spec, IReadOnlyDictionary<string, string> componentTypes)
{
    /// <summary>The merged resiliency files.</summary>
    public ResiliencySpec Spec => spec;

    /// <summary>A call to an app.</summary>
    public TargetPolicies App(string appId) => Of("apps/" + appId, ["App", ""]);

    /// <summary>A call to a component (<c>outbound</c>), or a delivery from it (<c>inbound</c>).</summary>
    public TargetPolicies Component(string component, string direction)
    {
        var level = direction == "inbound" ? "ComponentInbound" : "ComponentOutbound";
        return Of($"components/{component}/{direction}", [KindOf(component) + level, level, ""]);
    }

    /// <summary>A call of an actor.</summary>
    public TargetPolicies Actor(string actorType) => Of("actors/" + actorType, ["Actor", ""]);

    /// <summary>The building block of a component in Dapr's policy names; empty when it has none.</summary>
    public string KindOf(string component) => componentTypes.GetValueOrDefault(component, "").Split('.')[0] switch
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

    private TargetPolicies Of(string target, IReadOnlyList<string> levels)
    {
        var own = spec.Targets.GetValueOrDefault(target);
        var names = own ?? new PolicyNames(Default(levels, "Timeout", spec.Timeouts), Default(levels, "Retry", spec.Retries), Default(levels, "CircuitBreaker", spec.CircuitBreakers));
        return new TargetPolicies(target, own is not null, names, Named(names.Timeout, spec.Timeouts), Named(names.Retry, spec.Retries), Named(names.CircuitBreaker, spec.CircuitBreakers));
    }

    private static string? Default<T>(IEnumerable<string> levels, string kind, Dictionary<string, T> policies) =>
        levels.Select(level => $"Default{level}{kind}Policy").FirstOrDefault(policies.ContainsKey);

    private static T? Named<T>(string? name, Dictionary<string, T> policies) => name is null ? default : policies.GetValueOrDefault(name);
}

/// <summary>The policies of one target.</summary>
/// <param name="Target">E.g. <c>apps/orders</c>, <c>components/pubsub/inbound</c>.</param>
/// <param name="IsOwn">Whether the target is written in a file; else it has defaults, or nothing.</param>
/// <param name="Names">The names of the policies.</param>
/// <param name="Timeout">The longest an attempt may take; zero = unlimited.</param>
/// <param name="Retry">The retries, or null.</param>
/// <param name="Breaker">The circuit breaker, or null.</param>
internal sealed record TargetPolicies(string Target, bool IsOwn, PolicyNames Names, TimeSpan Timeout, RetryPolicy? Retry, CircuitBreakerPolicy? Breaker);
