namespace Sidecar.Resiliency;

/// <summary>
/// The part of CEL that breakers are written in: the five counters, numbers, arithmetic, comparisons, <c>&amp;&amp; || !</c>, parentheses and
/// <c>double(x)</c>/<c>int(x)</c>. A small recursive descent parser that builds closures; numbers are doubles, whose 53 bits hold any count.
/// Integer division follows CEL: both operands integers, result truncated.
/// </summary>
internal sealed class TripExpression
{
    public const string Accepted = "a comparison of requests, totalSuccesses, totalFailures, consecutiveSuccesses, consecutiveFailures, e.g. consecutiveFailures > 5";

    private readonly List<string> _tokens;
    private int _next;

    private TripExpression(List<string> tokens)
    {
        _tokens = tokens;
    }

    /// <summary>Parses an expression; null with the reason when it is not one.</summary>
    public static Func<BreakerCounts, bool>? Parse(string text, out string? problem)
    {
        try
        {
            var parser = new TripExpression(Tokens(text));
            var term = parser.Or();
            if (parser._next < parser._tokens.Count)
            {
                throw new FormatException($"unexpected '{parser._tokens[parser._next]}'");
            }

            var condition = term.AsCondition();
            problem = null;
            return condition;
        }
        catch (FormatException exception)
        {
            problem = exception.Message;
            return null;
        }
    }

    private static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            if (char.IsLetterOrDigit(text[i]) || text[i] == '.')
            {
                while (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] is '.' or '_'))
                {
                    i++;
                }
            }
            else
            {
                i += i + 1 < text.Length && text.Substring(i, 2) is "&&" or "||" or ">=" or "<=" or "==" or "!=" ? 2 : 1;
            }

            tokens.Add(text[start..i]);
        }

        return tokens;
    }

    private bool Take(string token)
    {
        var found = _next < _tokens.Count && _tokens[_next] == token;
        _next += found ? 1 : 0;
        return found;
    }

    private string? TakeAny(params ReadOnlySpan<string> tokens)
    {
        foreach (var token in tokens)
        {
            if (Take(token))
            {
                return token;
            }
        }

        return null;
    }

    private Term Or()
    {
        var left = And();
        while (Take("||"))
        {
            var (a, b) = (left.AsCondition(), And().AsCondition());
            left = Term.Condition(counts => a(counts) || b(counts));
        }

        return left;
    }

    private Term And()
    {
        var left = Comparison();
        while (Take("&&"))
        {
            var (a, b) = (left.AsCondition(), Comparison().AsCondition());
            left = Term.Condition(counts => a(counts) && b(counts));
        }

        return left;
    }

    private Term Comparison()
    {
        var left = Sum();
        if (TakeAny(">=", "<=", "==", "!=", ">", "<") is not { } comparison)
        {
            return left;
        }

        var (a, b) = (left.AsNumber(), Sum().AsNumber());
        return Term.Condition(comparison switch
        {
            ">=" => counts => a(counts) >= b(counts),
            "<=" => counts => a(counts) <= b(counts),
            "==" => counts => a(counts).Equals(b(counts)),
            "!=" => counts => !a(counts).Equals(b(counts)),
            ">" => counts => a(counts) > b(counts),
            _ => counts => a(counts) < b(counts),
        });
    }

    private Term Sum()
    {
        var left = Product();
        while (TakeAny("+", "-") is { } sign)
        {
            var right = Product();
            var (a, b) = (left.AsNumber(), right.AsNumber());
            left = Term.Number(sign == "+" ? counts => a(counts) + b(counts) : counts => a(counts) - b(counts), left.IsInteger && right.IsInteger);
        }

        return left;
    }

    private Term Product()
    {
        var left = Unary();
        while (TakeAny("*", "/", "%") is { } sign)
        {
            var right = Unary();
            var (a, b) = (left.AsNumber(), right.AsNumber());
            var integer = left.IsInteger && right.IsInteger;
            left = Term.Number(
                sign switch
                {
                    "*" => counts => a(counts) * b(counts),
                    "%" => counts => a(counts) % b(counts),
                    _ when integer => counts => Math.Truncate(a(counts) / b(counts)),
                    _ => counts => a(counts) / b(counts),
                },
                integer);
        }

        return left;
    }

    private Term Unary()
    {
        if (Take("!"))
        {
            var condition = Unary().AsCondition();
            return Term.Condition(counts => !condition(counts));
        }

        if (Take("-"))
        {
            var term = Unary();
            var number = term.AsNumber();
            return Term.Number(counts => -number(counts), term.IsInteger);
        }

        return Primary();
    }

    private Term Primary()
    {
        if (Take("("))
        {
            var inner = Or();
            return Take(")") ? inner : throw new FormatException("a ')' is missing");
        }

        if (_next >= _tokens.Count)
        {
            throw new FormatException("the expression ends too early");
        }

        var token = _tokens[_next++];
        return token switch
        {
            "requests" => Term.Number(counts => counts.Requests, true),
            "totalSuccesses" => Term.Number(counts => counts.TotalSuccesses, true),
            "totalFailures" => Term.Number(counts => counts.TotalFailures, true),
            "consecutiveSuccesses" => Term.Number(counts => counts.ConsecutiveSuccesses, true),
            "consecutiveFailures" => Term.Number(counts => counts.ConsecutiveFailures, true),
            "true" => Term.Condition(_ => true),
            "false" => Term.Condition(_ => false),
            "double" => Term.Number(Primary().AsNumber(), false),
            "int" => Truncated(Primary().AsNumber()),
            _ when double.TryParse(token, out var value) => Term.Number(_ => value, !token.Contains('.')),
            _ => throw new FormatException($"unexpected '{token}'"),
        };
    }

    private static Term Truncated(Func<BreakerCounts, double> number) => Term.Number(counts => Math.Truncate(number(counts)), true);

    private sealed record Term(Func<BreakerCounts, double>? NumberOf, Func<BreakerCounts, bool>? ConditionOf, bool IsInteger)
    {
        public static Term Number(Func<BreakerCounts, double> number, bool integer) => new(number, null, integer);

        public static Term Condition(Func<BreakerCounts, bool> condition) => new(null, condition, false);

        public Func<BreakerCounts, double> AsNumber() => NumberOf ?? throw new FormatException("a number is expected where a condition is");

        public Func<BreakerCounts, bool> AsCondition() => ConditionOf ?? throw new FormatException("a condition is expected where a number is");
    }
}
