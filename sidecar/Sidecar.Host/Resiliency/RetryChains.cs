using Sidecar.Host.Checks;
using Sidecar.Resiliency;

namespace Sidecar.Host.Resiliency;

/// <summary>
/// Finds retries that multiply: an app that is called again and again calls others again and again each time. Which calls an app really makes
/// for a request is not known here; what its resiliency files name is taken for what it may call.
/// </summary>
internal sealed class RetryChains(IReadOnlyList<AppDocuments> apps)
{
    private const int LongestChain = 6;
    private const int Shown = 3;

    /// <summary>The worst chains behind a target that repeat calls in at least two places, e.g. <c>orders -> apps/products (2) -> components/db/outbound (4) = 8</c>.</summary>
    public IEnumerable<string> Behind(string appId, TargetPolicies target)
    {
        // A delivery calls the app itself; a call of an app goes on in that app.
        var next = Callee(target) ?? (target.Target.EndsWith("/inbound", StringComparison.Ordinal) ? appId : null);
        IReadOnlyList<string> before = next == appId ? [] : [appId];
        return next is null ? [] : Worst([.. Follow(next, new Chain($"{appId} -> {Step(target)}", RetryBudget.Of(target).Attempts, Repeats(target) ? 1 : 0, before))]);
    }

    private static IEnumerable<string> Worst(IReadOnlyList<Chain> chains) =>
    [
        .. chains.OrderByDescending(chain => chain.Attempts ?? int.MaxValue).Take(Shown).Select(chain => $"{chain.Text} = {(chain.Attempts is { } attempts ? $"up to {attempts} calls for one" : "without end")}"),
        .. chains.Count > Shown ? [$"and {chains.Count - Shown} more such chains"] : Array.Empty<string>(),
    ];

    private static bool Repeats(TargetPolicies target) => RetryBudget.Of(target).Attempts is null or > 1;

    private static string? Callee(TargetPolicies target) => target.Target.StartsWith("apps/", StringComparison.Ordinal) ? target.Target["apps/".Length..] : null;

    private static string Step(TargetPolicies target) => $"{target.Target} ({RetryBudget.Of(target).Attempts?.ToString() ?? "no end"})";

    private IEnumerable<Chain> Follow(string appId, Chain chain)
    {
        if (apps.FirstOrDefault(app => app.AppId == appId) is not { } app || chain.Apps.Count > LongestChain)
        {
            yield break;
        }

        IReadOnlyList<string> passed = [.. chain.Apps, appId];
        foreach (var target in Outgoing(app.Policies).Where(target => !passed.Contains(Callee(target))))
        {
            var attempts = chain.Attempts * RetryBudget.Of(target).Attempts;
            var longer = new Chain($"{chain.Text} -> {Step(target)}", attempts, chain.Repeating + (Repeats(target) ? 1 : 0), passed);
            if (longer.Repeating > 1 && Repeats(target))
            {
                yield return longer;
            }

            foreach (var behind in Callee(target) is { } callee ? Follow(callee, longer) : [])
            {
                yield return behind;
            }
        }
    }

    private static IEnumerable<TargetPolicies> Outgoing(PolicyTargets policies) => policies.Spec.Targets.Keys.Order(StringComparer.Ordinal).Select(target => target.Split('/')).Select(parts => parts switch
    {
        ["apps", var app] => policies.App(app),
        ["actors", var actor] => policies.Actor(actor),
        ["components", var component, "outbound"] => policies.Component(component, "outbound"),
        _ => null,
    }).OfType<TargetPolicies>();

    private sealed record Chain(string Text, int? Attempts, int Repeating, IReadOnlyList<string> Apps);
}
