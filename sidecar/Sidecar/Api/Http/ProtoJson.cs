using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Sidecar.Api.Http;

/// <summary>Bodies that are the JSON form of a protocol buffers message; what is wrong with them in the words of that form's reader.</summary>
internal static class ProtoJson
{
    private const int MaxDepth = 512;

    /// <summary>The message as an object, or null and what is wrong.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body, out string? problem)
    {
        if ((problem = TextProblem(body)) is not null)
        {
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            problem = $"proto: syntax error (line 1:1): unexpected token {FirstToken(body.Span)}";
        }
        catch (JsonException exception)
        {
            problem = SyntaxError(body.Span, exception);
        }

        return null;
    }

    /// <summary>Where an element of a message stands.</summary>
    public static string Position(ReadOnlySpan<byte> body, JsonElement element)
    {
        var raw = Encoding.UTF8.GetBytes(element.GetRawText());
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName && body[(int)reader.TokenStartIndex..].StartsWith(raw))
            {
                return LineAndColumn(body, (int)reader.TokenStartIndex);
            }
        }

        return LineAndColumn(body, 0);
    }

    // What is no text is an error here, where Go's other reader puts U+FFFD.
    private static string? TextProblem(ReadOnlyMemory<byte> body)
    {
        if (Utf8.IsValid(body.Span))
        {
            var lone = body.Span.CommonPrefixLength(LoneSurrogates.Replace(body).Span);
            return lone == body.Length ? null : $"proto: syntax error {StringAt(body.Span, lone)}: invalid escape code {Quoted(body.Span.Slice(lone - 2, 6))} in string";
        }

        var valid = 0;
        while (Rune.DecodeFromUtf8(body.Span[valid..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            valid += length;
        }

        return $"proto: syntax error {StringAt(body.Span, valid)}: invalid UTF-8 in string";
    }

    private static string StringAt(ReadOnlySpan<byte> body, int offset) => LineAndColumn(body, Math.Max(0, body[..offset].LastIndexOf((byte)'"')));

    private static string Quoted(ReadOnlySpan<byte> escape) => $"\"\\{Encoding.ASCII.GetString(escape)}\"";

    private static string LineAndColumn(ReadOnlySpan<byte> body, int offset)
    {
        var before = body[..offset];
        return $"(line {before.Count((byte)'\n') + 1}:{offset - before.LastIndexOf((byte)'\n')})";
    }

    private static string SyntaxError(ReadOnlySpan<byte> body, JsonException exception)
    {
        var lines = (int)(exception.LineNumber ?? 0);
        var offset = (int)(exception.BytePositionInLine ?? 0);
        for (; lines > 0; lines--)
        {
            offset += body[offset..].IndexOf((byte)'\n') + 1;
        }

        while (offset < body.Length && body[offset] is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r')
        {
            offset++;
        }

        return offset >= body.Length ? "proto: unexpected EOF" : $"proto: syntax error {LineAndColumn(body, offset)}: invalid value {FirstToken(body[offset..])}";
    }

    private static string FirstToken(ReadOnlySpan<byte> text)
    {
        const int Longest = 32;
        var length = 0;
        while (length < Math.Min(text.Length, Longest) && (char.IsAsciiLetterOrDigit((char)text[length]) || "-+._".Contains((char)text[length])))
        {
            length++;
        }

        return Encoding.UTF8.GetString(text[..Math.Min(Math.Max(length, 1), text.Length)]);
    }
}
