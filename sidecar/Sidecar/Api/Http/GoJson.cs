using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Sidecar.Api.Http;

/// <summary>Decodes the first JSON value of a body as Go's decoder does, with Go's words for what is wrong; what follows the value is ignored.</summary>
internal static class GoJson
{
    private const int MaxDepth = 512;

    /// <summary>The value, or null and the error. The caller disposes the document.</summary>
    public static JsonDocument? Decode(ReadOnlyMemory<byte> body, out string? error)
    {
        var bytes = LoneSurrogates.Replace(Utf8.IsValid(body.Span) ? body : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.Span)));
        var scanner = new Scanner(bytes.Span);
        error = scanner.Scan();
        return error is null ? JsonDocument.Parse(bytes[..scanner.Position], new JsonDocumentOptions { MaxDepth = MaxDepth + 1 }) : null;
    }

    /// <summary>What is wrong with a text that must be one JSON value and nothing else, in Go's words; null when it is.</summary>
    public static string? CheckWhole(ReadOnlyMemory<byte> text)
    {
        var scanner = new Scanner(text.Span);
        return scanner.Scan() switch
        {
            null => scanner.CheckEnd(),
            "EOF" or "unexpected EOF" => "unexpected end of JSON input",
            var error => error,
        };
    }

    /// <summary>The text of a JSON value with the letters that Go's encoder escapes in strings: those of HTML and two line ends.</summary>
    public static ReadOnlyMemory<byte> EscapeHtml(ReadOnlyMemory<byte> json)
    {
        if (!json.Span.ContainsAny("<>&"u8) && json.Span.IndexOf((ReadOnlySpan<byte>)[0xE2, 0x80]) < 0)
        {
            return json;
        }

        var text = Encoding.UTF8.GetString(json.Span);
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c is '<' or '>' or '&' or '\u2028' or '\u2029' ? escaped.Append($"\\u{(int)c:x4}") : escaped.Append(c);
        }

        return Encoding.UTF8.GetBytes(escaped.ToString());
    }

    /// <summary>Go's name of a value's kind in its type errors.</summary>
    public static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => "null",
    };

    /// <summary>The value without the blanks between its tokens; numbers and strings keep their text, so that no digit is lost.</summary>
    public static byte[] Compact(JsonElement element)
    {
        var raw = Encoding.UTF8.GetBytes(element.GetRawText());
        var length = 0;
        var quoted = false;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (quoted)
            {
                raw[length++] = c;
                if (c == '\\')
                {
                    raw[length++] = raw[++i];
                }
                else if (c == '"')
                {
                    quoted = false;
                }
            }
            else if (c is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                quoted = c == '"';
                raw[length++] = c;
            }
        }

        return raw.AsSpan(0, length).ToArray();
    }

    /// <summary>A member by name; exact first, then without regard to case, as Go matches.</summary>
    public static JsonElement? Member(JsonElement element, string name)
    {
        if (element.TryGetProperty(name, out var exact))
        {
            return exact;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return member.Value;
            }
        }

        return null;
    }

    private ref struct Scanner(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;

        public int Position { get; private set; }

        public string? Scan()
        {
            SkipBlanks();
            return Position >= _text.Length ? "EOF" : Value(0);
        }

        public string? CheckEnd()
        {
            SkipBlanks();
            return Position >= _text.Length ? null : Invalid("after top-level value");
        }

        private string? Value(int depth)
        {
            if (depth > MaxDepth)
            {
                return "exceeded max depth";
            }

            SkipBlanks();
            if (Position >= _text.Length)
            {
                return "unexpected EOF";
            }

            return (char)_text[Position] switch
            {
                '{' => Object(depth),
                '[' => Array(depth),
                '"' => String(),
                't' => Literal("true"),
                'f' => Literal("false"),
                'n' => Literal("null"),
                '-' or (>= '0' and <= '9') => Number(),
                _ => Invalid("looking for beginning of value"),
            };
        }

        private string? Object(int depth)
        {
            Position++;
            if (Peek() == '}')
            {
                Position++;
                return null;
            }

            while (true)
            {
                if (Peek() != '"')
                {
                    return Invalid("looking for beginning of object key string");
                }

                if (String() is { } key)
                {
                    return key;
                }

                if (Peek() != ':')
                {
                    return Invalid("after object key");
                }

                Position++;
                if (Value(depth + 1) is { } value)
                {
                    return value;
                }

                var next = Peek();
                if (next is not (',' or '}'))
                {
                    return Invalid("after object key:value pair");
                }

                Position++;
                if (next == '}')
                {
                    return null;
                }
            }
        }

        private string? Array(int depth)
        {
            Position++;
            if (Peek() == ']')
            {
                Position++;
                return null;
            }

            while (true)
            {
                if (Value(depth + 1) is { } value)
                {
                    return value;
                }

                var next = Peek();
                if (next is not (',' or ']'))
                {
                    return Invalid("after array element");
                }

                Position++;
                if (next == ']')
                {
                    return null;
                }
            }
        }

        private string? String()
        {
            for (Position++; Position < _text.Length; Position++)
            {
                switch (_text[Position])
                {
                    case (byte)'"':
                        Position++;
                        return null;
                    case (byte)'\\':
                        Position++;
                        if (Escape() is { } escape)
                        {
                            return escape;
                        }

                        break;
                    case < 0x20:
                        return Invalid("in string literal");
                }
            }

            return "unexpected EOF";
        }

        private string? Escape()
        {
            if (Position >= _text.Length)
            {
                return "unexpected EOF";
            }

            if (_text[Position] != 'u')
            {
                return "\"\\/bfnrt".Contains((char)_text[Position]) ? null : Invalid("in string escape code");
            }

            for (var i = 0; i < 4; i++)
            {
                Position++;
                if (Position >= _text.Length || !char.IsAsciiHexDigit((char)_text[Position]))
                {
                    return Invalid("in \\u hexadecimal character escape");
                }
            }

            return null;
        }

        private string? Literal(string word)
        {
            for (var i = 1; i < word.Length; i++)
            {
                Position++;
                if (Position >= _text.Length || _text[Position] != word[i])
                {
                    return Invalid($"in literal {word} (expecting {Quote(word[i])})");
                }
            }

            Position++;
            return null;
        }

        private string? Number()
        {
            if (_text[Position] == '-')
            {
                Position++;
            }

            if (!Digit())
            {
                return Invalid("in numeric literal");
            }

            if (_text[Position++] != '0')
            {
                Digits();
            }

            if (Position < _text.Length && _text[Position] == '.')
            {
                Position++;
                if (!Digits())
                {
                    return Invalid("after decimal point in numeric literal");
                }
            }

            if (Position < _text.Length && _text[Position] is (byte)'e' or (byte)'E')
            {
                Position++;
                if (Position < _text.Length && _text[Position] is (byte)'+' or (byte)'-')
                {
                    Position++;
                }

                if (!Digits())
                {
                    return Invalid("in exponent of numeric literal");
                }
            }

            return null;
        }

        private bool Digits()
        {
            var start = Position;
            while (Digit())
            {
                Position++;
            }

            return Position > start;
        }

        private readonly bool Digit() => Position < _text.Length && char.IsAsciiDigit((char)_text[Position]);

        private char Peek()
        {
            SkipBlanks();
            return Position < _text.Length ? (char)_text[Position] : '\0';
        }

        private void SkipBlanks()
        {
            while (Position < _text.Length && _text[Position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                Position++;
            }
        }

        private readonly string Invalid(string where) => Position >= _text.Length ? "unexpected EOF" : $"invalid character {Quote((char)_text[Position])} {where}";

        private static string Quote(char c) => c switch
        {
            '\'' => @"'\''",
            '"' => "'\"'",
            '\n' => @"'\n'",
            '\r' => @"'\r'",
            '\t' => @"'\t'",
            '\\' => @"'\\'",
            < ' ' or '\x7f' => $@"'\x{(int)c:x2}'",
            _ => $"'{c}'",
        };
    }
}
