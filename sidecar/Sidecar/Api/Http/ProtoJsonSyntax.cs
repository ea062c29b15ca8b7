using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Sidecar.Schedules;

namespace Sidecar.Api.Http;

/// <summary>Checks the JSON form of a protocol buffers message. That form's reader names the first token that is out of place, so this goes token by token.</summary>
internal ref struct ProtoJsonSyntax(ReadOnlySpan<byte> text)
{
    private const string EndOfText = "proto: unexpected EOF";
    private const int EscapeLength = 6;
    private readonly ReadOnlySpan<byte> _text = text;
    private int _position;

    private enum TokenKind
    {
        End,
        Name,
        Scalar,
        Object,
        ObjectEnd,
        Array,
        ArrayEnd,
        Comma,
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Token(TokenKind Kind, int Start, int Length);

    /// <summary>What is wrong, or null for one whole object.</summary>
    public string? Check(int maxDepth)
    {
        if (Next(out var token) is { } problem)
        {
            return problem;
        }

        if (token.Kind != TokenKind.Object)
        {
            return OutOfPlace(token);
        }

        return ReadObject(maxDepth) ?? Next(out token) ?? (token.Kind == TokenKind.End ? null : OutOfPlace(token));
    }

    /// <summary>Where an offset is, as such messages say it: columns count letters, not bytes.</summary>
    public static string LineAndColumn(ReadOnlySpan<byte> text, int offset)
    {
        var before = text[..offset];
        var line = before[(before.LastIndexOf((byte)'\n') + 1)..];
        var column = 1;
        foreach (var octet in line)
        {
            column += (octet & 0xC0) == 0x80 ? 0 : 1;
        }

        return $"(line {before.Count((byte)'\n') + 1}:{column})";
    }

    private string? ReadObject(int depth)
    {
        for (var first = true; ; first = false)
        {
            if (Next(out var token) is { } problem)
            {
                return problem;
            }

            if (first && token.Kind == TokenKind.ObjectEnd)
            {
                return null;
            }

            problem = token.Kind == TokenKind.Name ? ReadColon() ?? Next(out token) ?? ReadValue(token, depth) ?? Next(out token) : Misplaced(token);
            if (problem is not null || token.Kind != TokenKind.Comma)
            {
                return problem ?? (token.Kind == TokenKind.ObjectEnd ? null : Misplaced(token));
            }
        }
    }

    private string? ReadArray(int depth)
    {
        for (var first = true; ; first = false)
        {
            if (Next(out var token) is { } problem)
            {
                return problem;
            }

            if (first && token.Kind == TokenKind.ArrayEnd)
            {
                return null;
            }

            problem = ReadValue(token, depth) ?? Next(out token);
            if (problem is not null || token.Kind != TokenKind.Comma)
            {
                return problem ?? (token.Kind == TokenKind.ArrayEnd ? null : Misplaced(token));
            }
        }
    }

    private string? ReadValue(Token token, int depth) => token.Kind switch
    {
        TokenKind.Name or TokenKind.Scalar => null,
        TokenKind.Object or TokenKind.Array when depth <= 1 => "proto: exceeded max recursion depth",
        TokenKind.Object => ReadObject(depth - 1),
        TokenKind.Array => ReadArray(depth - 1),
        _ => Misplaced(token),
    };

    private string? ReadColon()
    {
        SkipBlanks();
        if (_position == _text.Length)
        {
            return EndOfText;
        }

        if (_text[_position] != ':')
        {
            return Error(_position, $"unexpected character {(char)_text[_position]}, missing \":\" after field name");
        }

        _position++;
        return null;
    }

    private readonly string Misplaced(Token token) => token.Kind == TokenKind.End ? EndOfText : OutOfPlace(token);

    private readonly string OutOfPlace(Token token) => Error(token.Start, $"unexpected token {Encoding.UTF8.GetString(_text.Slice(token.Start, token.Length))}");

    private readonly string Error(int offset, string problem) => $"proto: syntax error {LineAndColumn(_text, offset)}: {problem}";

    private string? Next(out Token token)
    {
        SkipBlanks();
        token = new Token(TokenKind.End, _position, 0);
        if (_position == _text.Length)
        {
            return null;
        }

        var (kind, length) = (char)_text[_position] switch
        {
            '{' => (TokenKind.Object, 1),
            '}' => (TokenKind.ObjectEnd, 1),
            '[' => (TokenKind.Array, 1),
            ']' => (TokenKind.ArrayEnd, 1),
            ',' => (TokenKind.Comma, 1),
            '"' => (TokenKind.Name, 0),
            _ => (TokenKind.Scalar, ScalarLength()),
        };
        if (kind == TokenKind.Name && ReadText(out length) is { } problem)
        {
            return problem;
        }

        if (length == 0)
        {
            return Error(_position, $"invalid value {Word(Math.Max(1, WordLength(limit: 32)))}");
        }

        token = new Token(kind, _position, length);
        _position += length;
        return null;
    }

    private void SkipBlanks()
    {
        while (_position < _text.Length && _text[_position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            _position++;
        }
    }

    private readonly string Word(int length)
    {
        // A letter of several bytes is one.
        while (_position + length < _text.Length && (_text[_position + length] & 0xC0) == 0x80)
        {
            length++;
        }

        return Encoding.UTF8.GetString(_text.Slice(_position, length));
    }

    private readonly int WordLength(int limit)
    {
        var length = 0;
        while (length < limit && _position + length < _text.Length && (char.IsAsciiLetterOrDigit((char)_text[_position + length]) || "-+._".Contains((char)_text[_position + length])))
        {
            length++;
        }

        return length;
    }

    // The length of null, true, false or a number; 0 when it is none.
    private readonly int ScalarLength()
    {
        var length = WordLength(int.MaxValue);
        var word = _text.Slice(_position, length);
        return word.SequenceEqual("null"u8) || word.SequenceEqual("true"u8) || word.SequenceEqual("false"u8) || IsNumber(word) ? length : 0;
    }

    private static bool IsNumber(ReadOnlySpan<byte> word)
    {
        word = word.StartsWith("-"u8) ? word[1..] : word;
        var whole = Digits(word);
        if (whole == 0 || (whole > 1 && word[0] == '0'))
        {
            return false;
        }

        word = word[whole..];
        if (word.StartsWith("."u8))
        {
            var fraction = Digits(word[1..]);
            if (fraction == 0)
            {
                return false;
            }

            word = word[(1 + fraction)..];
        }

        if (word.IsEmpty || word[0] is not ((byte)'e' or (byte)'E'))
        {
            return word.IsEmpty;
        }

        word = word.Length > 1 && word[1] is (byte)'+' or (byte)'-' ? word[2..] : word[1..];
        return !word.IsEmpty && Digits(word) == word.Length;
    }

    private static int Digits(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var end and >= 0 ? end : text.Length;

    private readonly string? ReadText(out int length)
    {
        length = 0;
        var at = _position + 1;
        while (at < _text.Length)
        {
            switch (_text[at])
            {
                case (byte)'"':
                    length = at + 1 - _position;
                    return null;
                case (byte)'\\':
                    if (ReadEscape(ref at) is { } problem)
                    {
                        return problem;
                    }

                    break;
                case < 0x20:
                    return Error(_position, $"invalid character {Quoted(_text[at])} in string");
                default:
                    if (Rune.DecodeFromUtf8(_text[at..], out _, out var octets) != OperationStatus.Done)
                    {
                        return Error(_position, "invalid UTF-8 in string");
                    }

                    at += octets;
                    break;
            }
        }

        return EndOfText;
    }

    private readonly string? ReadEscape(ref int at)
    {
        if (at + 1 >= _text.Length)
        {
            return EndOfText;
        }

        if (_text[at + 1] != 'u')
        {
            var escape = _text.Slice(at, 2);
            at += 2;
            return "\"\\/bfnrt"u8.Contains(escape[1]) ? null : BadEscape(escape);
        }

        if (ReadUnit(at, out var first) is { } problem)
        {
            return problem;
        }

        at += EscapeLength;
        if (!char.IsSurrogate(first))
        {
            return null;
        }

        // One half of a letter must be followed by the other.
        if (at + EscapeLength > _text.Length)
        {
            return EndOfText;
        }

        if (_text[at] != '\\' || _text[at + 1] != 'u' || ReadUnit(at, out var second) is not null || !char.IsSurrogatePair(first, second))
        {
            return BadEscape(_text.Slice(at, EscapeLength));
        }

        at += EscapeLength;
        return null;
    }

    private readonly string? ReadUnit(int at, out char unit)
    {
        unit = '\0';
        if (at + EscapeLength > _text.Length)
        {
            return EndOfText;
        }

        if (!ushort.TryParse(_text.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return BadEscape(_text.Slice(at, EscapeLength));
        }

        unit = (char)value;
        return null;
    }

    private readonly string BadEscape(ReadOnlySpan<byte> escape) => Error(_position, $"invalid escape code {GoText.Quote(Encoding.UTF8.GetString(escape))} in string");

    private static string Quoted(byte control) => control switch
    {
        (byte)'\n' => "'\\n'",
        (byte)'\r' => "'\\r'",
        (byte)'\t' => "'\\t'",
        _ => $"'\\x{control:x2}'",
    };
}
