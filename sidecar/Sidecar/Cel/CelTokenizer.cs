using System.Globalization;
using System.Text;

namespace Sidecar.Cel;

internal enum CelTokenKind
{
    End,
    Name,
    Literal,
    Symbol,
}

/// <summary>A token; <paramref name="Text"/> is the name or symbol, <paramref name="Value"/> the literal.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, object? Value, int Position);

/// <summary>Cuts an expression into tokens.</summary>
internal static class CelTokenizer
{
    private static readonly string[] Symbols = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "?", ":", "(", ")", "[", "]", "{", "}", ".", ",", "+", "-", "*", "/", "%"];

    public static List<CelToken> Tokenize(string text)
    {
        var tokens = new List<CelToken>();
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            tokens.Add(Next(text, ref i));
        }

        tokens.Add(new CelToken(CelTokenKind.End, "<EOF>", null, text.Length));
        return tokens;
    }

    private static CelToken Next(string text, ref int i)
    {
        var start = i;
        if (text[i] is '"' or '\'' || (text[i] is 'r' or 'R' && i + 1 < text.Length && text[i + 1] is '"' or '\''))
        {
            return new CelToken(CelTokenKind.Literal, "string", Text(text, ref i), start);
        }

        if (char.IsAsciiDigit(text[i]))
        {
            return Number(text, ref i);
        }

        if (char.IsAsciiLetter(text[i]) || text[i] == '_')
        {
            while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] == '_'))
            {
                i++;
            }

            return text[start..i] switch
            {
                "true" => new CelToken(CelTokenKind.Literal, "true", true, start),
                "false" => new CelToken(CelTokenKind.Literal, "false", false, start),
                "null" => new CelToken(CelTokenKind.Literal, "null", null, start),
                "in" => new CelToken(CelTokenKind.Symbol, "in", null, start),
                var name => new CelToken(CelTokenKind.Name, name, null, start),
            };
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(text, i, symbol, 0, symbol.Length) == 0)
            {
                i += symbol.Length;
                return new CelToken(CelTokenKind.Symbol, symbol, null, start);
            }
        }

        throw new CelSyntaxException($"ERROR: <input>:1:{i + 1}: Syntax error: token recognition error at: '{text[i]}'");
    }

    private static CelToken Number(string text, ref int i)
    {
        var start = i;
        var floating = false;
        while (i < text.Length && (char.IsAsciiDigit(text[i]) || IsPartOfFloat(text, i)))
        {
            floating |= !char.IsAsciiDigit(text[i]);
            i++;
        }

        var digits = text[start..i];
        if (i < text.Length && text[i] is 'u' or 'U')
        {
            i++;
        }

        object? value = floating
            ? double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : null
            : long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        return value is null ? throw new CelSyntaxException($"ERROR: <input>:1:{start + 1}: Syntax error: invalid number '{digits}'") : new CelToken(CelTokenKind.Literal, digits, value, start);
    }

    private static bool IsPartOfFloat(string text, int i) => text[i] switch
    {
        '.' => i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]),
        'e' or 'E' => true,
        '+' or '-' => text[i - 1] is 'e' or 'E',
        _ => false,
    };

    private static string Text(string text, ref int i)
    {
        var start = i;
        var raw = text[i] is 'r' or 'R';
        i += raw ? 1 : 0;
        var quote = text[i++];
        var value = new StringBuilder();
        for (; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                i++;
                return value.ToString();
            }

            value.Append(text[i] == '\\' && !raw && i + 1 < text.Length ? Unescape(text[++i]) : text[i]);
        }

        throw new CelSyntaxException($"ERROR: <input>:1:{start + 1}: Syntax error: a text that is not closed");
    }

    private static char Unescape(char c) => c switch { 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c };
}
