using System.Buffers.Binary;
using System.Globalization;

namespace Sidecar.Telemetry;

/// <summary>The parts of a W3C <c>traceparent</c> as numbers; reading one allocates nothing.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct TraceParent(UInt128 TraceId, ulong SpanId, byte Flags)
{
    private const int Length = 55;
    private const byte SampledFlag = 1;

    /// <summary>Whether the trace is recorded.</summary>
    public bool IsSampled => (Flags & SampledFlag) != 0;

    /// <summary>Reads one; false for what is none: of another length, with upper case, or with an all-zero id.</summary>
    public static bool TryParse(string? text, out TraceParent parsed)
    {
        parsed = default;
        if (text is not { Length: Length } || text[2] != '-' || text[35] != '-' || text[52] != '-' || text.AsSpan().IndexOfAnyExcept(Allowed) >= 0 || text.StartsWith("ff", StringComparison.Ordinal))
        {
            return false;
        }

        if (!byte.TryParse(text.AsSpan(0, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)
            || !UInt128.TryParse(text.AsSpan(3, 32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var trace)
            || !ulong.TryParse(text.AsSpan(36, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var span)
            || !byte.TryParse(text.AsSpan(53, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var flags)
            || trace == UInt128.Zero
            || span == 0)
        {
            return false;
        }

        parsed = new TraceParent(trace, span, flags);
        return true;
    }

    /// <summary>The same trace with another span, recorded or not.</summary>
    public TraceParent With(ulong span, bool sampled) => new(TraceId, span, (byte)(sampled ? Flags | SampledFlag : Flags & ~SampledFlag));

    /// <inheritdoc />
    public override string ToString() => string.Create(Length, this, static (text, value) =>
    {
        "00-".CopyTo(text);
        value.WriteTraceId(text[3..]);
        text[35] = '-';
        WriteSpanId(value.SpanId, text[36..]);
        text[52] = '-';
        value.Flags.TryFormat(text[53..], out _, "x2", CultureInfo.InvariantCulture);
    });

    /// <summary>Writes the 32 digits of the trace id. Formatting numbers is several times slower.</summary>
    public void WriteTraceId(Span<char> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, TraceId);
        Convert.TryToHexStringLower(bytes, text, out _);
    }

    /// <summary>Writes the 16 digits of a span id.</summary>
    public static void WriteSpanId(ulong id, Span<char> text)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id);
        Convert.TryToHexStringLower(bytes, text, out _);
    }

    private static System.Buffers.SearchValues<char> Allowed { get; } = System.Buffers.SearchValues.Create("0123456789abcdef-");
}
