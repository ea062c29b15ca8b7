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
    public override string ToString() => string.Create(Length, this, static (text, value) => text.TryWrite(CultureInfo.InvariantCulture, $"00-{value.TraceId:x32}-{value.SpanId:x16}-{value.Flags:x2}", out _));

    private static System.Buffers.SearchValues<char> Allowed { get; } = System.Buffers.SearchValues.Create("0123456789abcdef-");
}
