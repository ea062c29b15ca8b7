using System.Diagnostics.CodeAnalysis;
using Sidecar.Cel;

namespace Sidecar.Resiliency;

/// <summary>
/// When a breaker opens: a CEL expression over its five counters, which are integers. As in Dapr, what cannot be evaluated (a division by a
/// counter that is 0) does not open it; what can never be evaluated is refused when it is read.
/// </summary>
internal sealed class TripCondition
{
    public const string Accepted = "a comparison of requests, totalSuccesses, totalFailures, consecutiveSuccesses, consecutiveFailures, e.g. consecutiveFailures > 5";

    private static readonly BreakerCounts Sample = new(Requests: 3, TotalSuccesses: 1, TotalFailures: 2, ConsecutiveSuccesses: 1, ConsecutiveFailures: 2);

    private readonly CelExpression _expression;

    private TripCondition(CelExpression expression) => _expression = expression;

    /// <summary>Reads an expression; false with the reason when it is no condition over the counters.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TripCondition? condition, [NotNullWhen(false)] out string? problem)
    {
        condition = null;
        try
        {
            var expression = CelExpression.Parse(text);
            problem = ProblemOf(expression);
            condition = problem is null ? new TripCondition(expression) : null;
        }
        catch (CelSyntaxException exception)
        {
            problem = exception.Message;
        }

        return problem is null;
    }

    public bool IsMet(BreakerCounts counts)
    {
        try
        {
            return _expression.Matches(Scope(counts));
        }
        catch (CelEvaluationException)
        {
            return false;
        }
    }

    private static string? ProblemOf(CelExpression expression)
    {
        try
        {
            expression.Matches(Scope(Sample));
            return null;
        }
        catch (CelArithmeticException)
        {
            // It lies in the sample's numbers, not in the expression.
            return null;
        }
        catch (CelEvaluationException exception)
        {
            return exception.Message;
        }
    }

    private static Dictionary<string, object?> Scope(BreakerCounts counts) => new(StringComparer.Ordinal)
    {
        ["requests"] = counts.Requests,
        ["totalSuccesses"] = counts.TotalSuccesses,
        ["totalFailures"] = counts.TotalFailures,
        ["consecutiveSuccesses"] = counts.ConsecutiveSuccesses,
        ["consecutiveFailures"] = counts.ConsecutiveFailures,
    };
}
