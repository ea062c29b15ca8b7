namespace Sidecar.Telemetry;

/// <summary>Sends finished spans to a collector. It never makes the one who adds a span wait.</summary>
internal interface ISpanExporter : IAsyncDisposable
{
    /// <summary>Takes over a finished span.</summary>
    void Add(Span span);
}
