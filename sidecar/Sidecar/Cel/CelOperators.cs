using System.Globalization;
using System.Text.RegularExpressions;

namespace Sidecar.Cel;

/// <summary>The operators and functions over CEL values. What has no meaning for its operands is a <see cref="CelEvaluationException"/>.</summary>
internal static class CelOperators
{
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromMilliseconds(100);

    public static IReadOnlyDictionary<string, Func<object?, object?>> Functions { get; } = new Dictionary<string, Func<object?, object?>>(StringComparer.Ordinal)
    {
        ["size"] = value => value switch
        {
            string text => (long)text.EnumerateRunes().Count(),
            List<object?> list => (long)list.Count,
            Dictionary<string, object?> map => (long)map.Count,
            _ => throw NoOverload("size"),
        },
        ["int"] = value => value switch
        {
            long whole => whole,
            double real when Math.Abs(real) < 9.2e18 => (long)real,
            string text when long.TryParse(text, CultureInfo.InvariantCulture, out var parsed) => parsed,
            _ => throw NoOverload("int"),
        },
        ["double"] = value => value switch
        {
            long whole => (double)whole,
            double real => real,
            string text when double.TryParse(text, CultureInfo.InvariantCulture, out var parsed) => parsed,
            _ => throw NoOverload("double"),
        },
        ["string"] = value => value switch
        {
            string text => text,
            bool truth => truth ? "true" : "false",
            long or double => Convert.ToString(value, CultureInfo.InvariantCulture),
            _ => throw NoOverload("string"),
        },
        ["bool"] = value => value switch { bool truth => truth, "true" => true, "false" => false, _ => throw NoOverload("bool") },
    };

    public static bool Truth(object? value) => value is bool truth ? truth : throw NoOverload("a condition");

    /// <summary>And, or: one side that decides is enough, even when the other side cannot be evaluated.</summary>
    public static object? Logical(CelNode left, CelNode right, Dictionary<string, object?> scope, bool decisive)
    {
        CelEvaluationException? problem = null;
        try
        {
            if (Truth(left.Evaluate(scope)) == decisive)
            {
                return decisive;
            }
        }
        catch (CelEvaluationException exception)
        {
            problem = exception;
        }

        return Truth(right.Evaluate(scope)) == decisive ? decisive : problem is null ? !decisive : throw problem;
    }

    public static object? Apply(string symbol, object? left, object? right) => symbol switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "<" => Compare(left, right) < 0,
        "<=" => Compare(left, right) <= 0,
        ">" => Compare(left, right) > 0,
        ">=" => Compare(left, right) >= 0,
        "in" => right switch
        {
            List<object?> list => list.Any(item => AreEqual(item, left)),
            Dictionary<string, object?> map => left is string key && map.ContainsKey(key),
            _ => throw NoOverload("in"),
        },
        _ => Calculate(symbol, left, right),
    };

    public static object? Negate(object? value) => value switch { long whole => -whole, double real => -real, _ => throw NoOverload("-") };

    public static object? Index(object? target, object? index) => (target, index) switch
    {
        (Dictionary<string, object?> map, string key) => map.TryGetValue(key, out var value) ? value : throw new CelEvaluationException($"no such key: {key}"),
        (List<object?> list, long position) when position >= 0 && position < list.Count => list[(int)position],
        (List<object?>, long position) => throw new CelEvaluationException($"index out of bounds: {position}"),
        _ => throw NoOverload("[]"),
    };

    public static object? TextMethod(string name, object? target, object? argument)
    {
        if (target is not string text || argument is not string other)
        {
            throw NoOverload(name);
        }

        return name switch
        {
            "startsWith" => text.StartsWith(other, StringComparison.Ordinal),
            "endsWith" => text.EndsWith(other, StringComparison.Ordinal),
            "contains" => text.Contains(other, StringComparison.Ordinal),
            _ => IsMatch(text, other),
        };
    }

    public static object? Comprehend(string name, object? target, string variable, CelNode body, Dictionary<string, object?> scope)
    {
        IEnumerable<object?> items = target switch
        {
            List<object?> list => list,
            Dictionary<string, object?> map => map.Keys,
            _ => throw NoOverload(name),
        };
        object? Evaluate(object? item) => body.Evaluate(new Dictionary<string, object?>(scope, StringComparer.Ordinal) { [variable] = item });
        return name switch
        {
            "exists" => items.Any(item => Truth(Evaluate(item))),
            "all" => items.All(item => Truth(Evaluate(item))),
            "exists_one" => items.Count(item => Truth(Evaluate(item))) == 1,
            "filter" => items.Where(item => Truth(Evaluate(item))).ToList(),
            _ => items.Select(Evaluate).ToList(),
        };
    }

    private static bool IsMatch(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, RegexTimeout);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or RegexMatchTimeoutException)
        {
            throw new CelEvaluationException($"the pattern cannot be used: {exception.Message}");
        }
    }

    private static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (null, null) => true,
        (long or double, long or double) => Compare(left, right) == 0,
        (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
        (Dictionary<string, object?> a, Dictionary<string, object?> b) => a.Count == b.Count && a.All(entry => b.TryGetValue(entry.Key, out var other) && AreEqual(entry.Value, other)),
        _ => Equals(left, right),
    };

    private static int Compare(object? left, object? right) => (left, right) switch
    {
        (long a, long b) => a.CompareTo(b),
        (long a, double b) => ((double)a).CompareTo(b),
        (double a, long b) => a.CompareTo((double)b),
        (double a, double b) => a.CompareTo(b),
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        _ => throw NoOverload("a comparison"),
    };

    private static object? Calculate(string symbol, object? left, object? right)
    {
        try
        {
            return (symbol, left, right) switch
            {
                ("+", long a, long b) => checked(a + b),
                ("-", long a, long b) => checked(a - b),
                ("*", long a, long b) => checked(a * b),
                ("/", long a, long b) => a / b,
                ("%", long a, long b) => a % b,
                ("+", double a, double b) => a + b,
                ("-", double a, double b) => a - b,
                ("*", double a, double b) => a * b,
                ("/", double a, double b) => a / b,
                ("+", string a, string b) => a + b,
                ("+", List<object?> a, List<object?> b) => a.Concat(b).ToList(),
                _ => throw NoOverload(symbol),
            };
        }
        catch (ArithmeticException exception)
        {
            throw new CelArithmeticException(exception.Message);
        }
    }

    private static CelEvaluationException NoOverload(string what) => new($"no such overload: {what}");
}
