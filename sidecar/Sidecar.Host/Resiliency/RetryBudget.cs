using System.Globalization;
using Sidecar.Resiliency;

namespace Sidecar.Host.Resiliency;

/// <summary>What the policies of a target cost at worst.</summary>
/// <param name="Attempts">The most attempts; null = without end.</param>
/// <param name="Pauses">The pauses between them, at their longest, in order; empty when there is no end.</param>
/// <param name="Worst">The longest that a call takes; null = without end.</param>
internal sealed record RetryBudget(int? Attempts, IReadOnlyList<TimeSpan> Pauses, TimeSpan? Worst)
{
    // An exponential pause is spread by half: at its longest it is one and a half times its interval.
    private const double Longest = 1;

    /// <summary>Adds up the policies of a target. A circuit breaker can only shorten what is said here.</summary>
    public static RetryBudget Of(TargetPolicies policies)
    {
        var timeout = policies.Timeout > TimeSpan.Zero ? policies.Timeout : (TimeSpan?)null;
        if (policies.Retry is not { MaxRetries: not 0 } retry)
        {
            return new RetryBudget(1, [], timeout);
        }

        if (retry.MaxRetries < 0)
        {
            return new RetryBudget(null, [], retry.Exponential && timeout is { } each ? RetryPolicy.MaxElapsed + each : null);
        }

        var pauses = new List<TimeSpan>();
        var elapsed = TimeSpan.Zero;
        for (var repetition = 1; repetition <= retry.MaxRetries && !(retry.Exponential && elapsed > RetryPolicy.MaxElapsed); repetition++)
        {
            pauses.Add(retry.PauseBefore(repetition, Longest));
            elapsed += pauses[^1] + (timeout ?? TimeSpan.Zero);
        }

        return new RetryBudget(pauses.Count + 1, pauses, timeout is null ? null : elapsed + timeout);
    }

    /// <summary>A duration as the files write it.</summary>
    public static string Text(TimeSpan duration) =>
        duration < TimeSpan.FromSeconds(1) ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms")
        : duration < TimeSpan.FromMinutes(2) ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.##} s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMinutes:0.#} min");
}
