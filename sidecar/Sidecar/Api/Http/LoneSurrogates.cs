using System.Buffers.Text;

namespace Sidecar.Api.Http;

/// <summary>Halves of surrogate pairs in JSON escapes (<c>\ud800</c> alone): Go reads each as U+FFFD, .NET refuses the whole text.</summary>
internal static class LoneSurrogates
{
    private const int EscapeLength = 6;

    /// <summary>The JSON text with each lone half replaced; the same memory when there is none.</summary>
    public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("\\ud"u8) < 0 && json.Span.IndexOf("\\uD"u8) < 0)
        {
            return json;
        }

        byte[] text = [.. json.Span];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                continue;
            }

            var unit = UnitAt(text, i);
            if (unit is { } high && char.IsHighSurrogate(high) && UnitAt(text, i + EscapeLength) is { } low && char.IsLowSurrogate(low))
            {
                i += (2 * EscapeLength) - 1;
            }
            else if (unit is { } half && char.IsSurrogate(half))
            {
                "fffd"u8.CopyTo(text.AsSpan(i + 2));
                i += EscapeLength - 1;
            }
            else
            {
                // Whatever is escaped is no escape's beginning.
                i++;
            }
        }

        return text;
    }

    private static char? UnitAt(ReadOnlySpan<byte> text, int at) =>
        text.Length >= at + EscapeLength && text[at] == '\\' && text[at + 1] == 'u' && Utf8Parser.TryParse(text.Slice(at + 2, 4), out ushort unit, out var read, 'x') && read == 4 ? (char)unit : null;
}
