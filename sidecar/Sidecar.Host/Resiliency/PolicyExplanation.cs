using Sidecar.Resiliency;

namespace Sidecar.Host.Resiliency;

/// <summary>Says in words what happens to a call: attempts, pauses, the worst case, the breaker, and what is odd about it.</summary>
internal static class PolicyExplanation
{
    private const int ShownPauses = 6;

    /// <summary>The lines about a target.</summary>
    public static IEnumerable<string> Lines(string appId, TargetPolicies policies, RetryChains chains)
    {
        var budget = RetryBudget.Of(policies);
        yield return $"{appId} -> {policies.Target}{(policies.IsOwn ? "" : policies.Names is { Timeout: null, Retry: null, CircuitBreaker: null } ? " (no policies)" : " (default policies)")}";
        yield return $"  timeout          {(policies.Timeout > TimeSpan.Zero ? $"{RetryBudget.Text(policies.Timeout)} for each attempt ({policies.Names.Timeout})" : "none")}";
        yield return $"  attempts         {Attempts(policies, budget)}";
        yield return $"  pauses           {Pauses(policies.Retry, budget)}";
        yield return $"  worst case       {(budget.Worst is { } worst ? RetryBudget.Text(worst) : "without end")}";
        yield return $"  circuit breaker  {Breaker(policies)}";
        foreach (var warning in Warnings(policies, budget).Concat(chains.Behind(appId, policies).Select(chain => $"retries multiply: {chain}")))
        {
            yield return $"  warning: {warning}";
        }
    }

    private static string Attempts(TargetPolicies policies, RetryBudget budget)
    {
        if (policies.Retry is not { MaxRetries: not 0 } retry)
        {
            return "1";
        }

        var codes = new[] { retry.HttpStatus is { } http ? $"HTTP {http}" : null, retry.GrpcStatus is { } grpc ? $"gRPC {grpc}" : null }.OfType<string>().ToList();
        var when = codes.Count == 0 ? "after any failure, 4xx too" : $"after a failure without a code, or {string.Join(", ", codes)}";
        return $"{(budget.Attempts is { } attempts ? $"up to {attempts}" : "without end")}, {when} ({policies.Names.Retry})";
    }

    private static string Pauses(RetryPolicy? retry, RetryBudget budget) => retry switch
    {
        null or { MaxRetries: 0 } => "none",
        { Exponential: false } => $"{RetryBudget.Text(retry.Pause)} each",
        _ when budget.Pauses.Count == 0 => $"growing from 500 ms to {RetryBudget.Text(retry.MaxInterval)}, spread by half; given up after {RetryBudget.Text(RetryPolicy.MaxElapsed)}",
        _ => $"growing, at most {string.Join(", ", budget.Pauses.Take(ShownPauses).Select(RetryBudget.Text))}{(budget.Pauses.Count > ShownPauses ? ", ..." : "")}",
    };

    private static string Breaker(TargetPolicies policies)
    {
        if (policies.Breaker is not { } breaker)
        {
            return "none";
        }

        var scope = policies.Target.StartsWith("apps/", StringComparison.Ordinal) ? "one for each method, " : "";
        return $"{breaker.Name}: {scope}open for {RetryBudget.Text(breaker.Timeout)}, then {breaker.MaxRequests} trial call(s); every attempt counts, and an open breaker ends the retries";
    }

    private static IEnumerable<string> Warnings(TargetPolicies policies, RetryBudget budget)
    {
        if (policies.Retry is { MaxRetries: not 0 } retry)
        {
            if (retry.HttpStatus is null && policies.Target.StartsWith("apps/", StringComparison.Ordinal))
            {
                yield return "the retry has no matching: what the other side refuses (4xx) is asked again, and counts against a breaker";
            }

            if (policies.Timeout == TimeSpan.Zero)
            {
                yield return "attempts have no timeout: one that hangs is never repeated";
            }

            if (budget.Attempts is null && !retry.Exponential)
            {
                yield return "the retries have no end: the caller waits until it gives up itself";
            }
        }
    }
}
