using System.Buffers;

namespace Sidecar.Telemetry;

/// <summary>How spans are written for a collector.</summary>
internal interface ISpanFormat
{
    /// <summary>What comes before the first span of a batch.</summary>
    ReadOnlySpan<byte> Opening { get; }

    /// <summary>What comes between two spans.</summary>
    ReadOnlySpan<byte> Separator { get; }

    /// <summary>What comes behind the last span.</summary>
    ReadOnlySpan<byte> Closing { get; }

    /// <summary>Writes one span of a service. Called by many threads at once.</summary>
    void Write(Span span, string service, IBufferWriter<byte> output);
}
