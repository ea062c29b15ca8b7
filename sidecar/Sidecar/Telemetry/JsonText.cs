using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;

namespace Sidecar.Telemetry;

/// <summary>
/// Writes JSON into memory that is known to suffice. Spans are written with every call, and a general writer spends more on checking each text
/// and each state than on the texts themselves.
/// </summary>
internal ref struct JsonText(Span<byte> buffer)
{
    /// <summary>The bytes that one character takes at most, escaped.</summary>
    public const int MaxBytesPerChar = 6;

    // What needs no escape, wherever the text ends up.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !#$%()*,-./:;=?@[]^_{|}~");

    private readonly Span<byte> _buffer = buffer;

    /// <summary>The bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Writes JSON as it is.</summary>
    public void Raw(scoped ReadOnlySpan<byte> json)
    {
        json.CopyTo(_buffer[Length..]);
        Length += json.Length;
    }

    /// <summary>Writes a number.</summary>
    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, _buffer[Length..], out var written);
        Length += written;
    }

    /// <summary>Writes a text between quotes.</summary>
    public void Quoted(scoped ReadOnlySpan<char> text)
    {
        Raw("\""u8);
        Text(text);
        Raw("\""u8);
    }

    /// <summary>Writes the inside of a text, escaped.</summary>
    public void Text(scoped ReadOnlySpan<char> text)
    {
        var bytes = _buffer[Length..];
        int written;
        if (text.IndexOfAnyExcept(Plain) < 0)
        {
            Ascii.FromUtf16(text, bytes, out written);
        }
        else
        {
            written = Encoding.UTF8.GetBytes(JavaScriptEncoder.Default.Encode(text.ToString()), bytes);
        }

        Length += written;
    }
}
