using Sidecar.Components;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Resiliency;

/// <summary>Merges validated Resiliency documents into one <see cref="ResiliencySpec"/>; what a later file says wins, policy by policy.</summary>
internal static class ResiliencyReader
{
    public static ResiliencySpec Read(IEnumerable<ResourceDocument> documents, ICollection<ResourceProblem> problems)
    {
        var all = documents.ToList();
        var spec = new ResiliencySpec();
        foreach (var document in all)
        {
            ReadPolicies(document.Root.At("spec", "policies"), spec);
            ReadTargets(document.Root.At("spec", "targets"), spec);
        }

        foreach (var document in all)
        {
            CheckNames(document, spec, problems);
        }

        return spec;
    }

    private static void ReadPolicies(YamlNode? policies, ResiliencySpec spec)
    {
        foreach (var (name, node) in policies.EntriesAt("timeouts"))
        {
            spec.Timeouts[name] = Duration(node.AsValue(), TimeSpan.Zero);
        }

        foreach (var (name, node) in policies.EntriesAt("retries"))
        {
            spec.Retries[name] = ReadRetry(node);
        }

        foreach (var (name, node) in policies.EntriesAt("circuitBreakers"))
        {
            spec.CircuitBreakers[name] = ReadBreaker(name, node);
        }
    }

    private static RetryPolicy ReadRetry(YamlNode node)
    {
        var defaults = RetryPolicy.Default;
        return new RetryPolicy(
            string.Equals(node.TextAt("policy"), "exponential", StringComparison.OrdinalIgnoreCase),
            Duration(node.TextAt("duration"), defaults.Pause),
            Duration(node.TextAt("maxInterval"), defaults.MaxInterval),
            int.TryParse(node.TextAt("maxRetries"), out var retries) ? retries : defaults.MaxRetries,
            node.TextAt("matching", "httpStatusCodes") is { } http ? StatusCodeSet.Parse(http, 100, 599, out _) : null,
            node.TextAt("matching", "gRPCStatusCodes") is { } grpc ? StatusCodeSet.Parse(grpc, 0, 16, out _) : null);
    }

    private static CircuitBreakerPolicy ReadBreaker(string name, YamlNode node) => new(
        name,
        int.TryParse(node.TextAt("maxRequests"), out var requests) && requests > 0 ? requests : 1,
        Duration(node.TextAt("interval"), TimeSpan.Zero),
        Duration(node.TextAt("timeout"), CircuitBreakerPolicy.DefaultTimeout) is { Ticks: > 0 } timeout ? timeout : CircuitBreakerPolicy.DefaultTimeout,
        node.TextAt("trip") is { } trip && TripCondition.TryParse(trip, out var condition, out _) ? condition.IsMet : CircuitBreakerPolicy.DefaultTrip);

    private static void ReadTargets(YamlNode? targets, ResiliencySpec spec)
    {
        foreach (var (path, node, _) in Targets(targets))
        {
            spec.Targets[path] = new PolicyNames(node.TextAt("timeout"), node.TextAt("retry"), node.TextAt("circuitBreaker")) { CircuitBreakerScope = node.TextAt("circuitBreakerScope") };
        }
    }

    private static IEnumerable<(string Path, YamlNode Node, string Field)> Targets(YamlNode? targets)
    {
        foreach (var (app, node) in targets.EntriesAt("apps"))
        {
            yield return ($"apps/{app}", node, $"spec.targets.apps.{app}");
        }

        foreach (var (actor, node) in targets.EntriesAt("actors"))
        {
            yield return ($"actors/{actor}", node, $"spec.targets.actors.{actor}");
        }

        foreach (var (component, directions) in targets.EntriesAt("components"))
        {
            foreach (var (direction, node) in directions.EntriesAt())
            {
                yield return ($"components/{component}/{direction}", node, $"spec.targets.components.{component}.{direction}");
            }
        }
    }

    // daprd takes a name that does not exist for no policy at all, silently; here it is said.
    private static void CheckNames(ResourceDocument document, ResiliencySpec spec, ICollection<ResourceProblem> problems)
    {
        foreach (var (_, node, field) in Targets(document.Root.At("spec", "targets")))
        {
            Check("timeout", spec.Timeouts.Keys);
            Check("retry", spec.Retries.Keys);
            Check("circuitBreaker", spec.CircuitBreakers.Keys);

            void Check(string key, IReadOnlyCollection<string> known)
            {
                if (node.TextAt(key) is { } name && !known.Contains(name, StringComparer.Ordinal))
                {
                    problems.Add(new(document.File, $"{field}.{key}", $"there is no policy '{name}'; there are: {string.Join(", ", known)}"));
                }
            }
        }
    }

    private static TimeSpan Duration(string? text, TimeSpan fallback) => text is not null && GoDuration.TryParse(text, out var value) ? value : fallback;
}
