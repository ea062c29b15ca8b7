using System.Diagnostics;
using System.Text.Json;
using Sidecar.Components;
using Sidecar.Telemetry;

namespace Sidecar.Tests.Telemetry;

public sealed class SpanBatchesTests
{
    private static readonly Tracing Tracing = new(new ConfigurationSpec { ExporterConfigured = true, SamplingRate = 1 }, []);
    private readonly SpanBatches _batches = new(new ZipkinFormat(), "orders");

    [Fact]
    public void Take_SeveralSpans_IsOneDocumentWithAllOfThem()
    {
        foreach (var name in (string[])["one", "two", "three"])
        {
            _batches.TryAdd(Span(name)).Should().BeTrue();
        }

        var (bytes, count) = _batches.Take();

        count.Should().Be(3);
        JsonDocument.Parse(bytes).RootElement.EnumerateArray().Select(span => span.GetProperty("name").GetString()).Should().Equal("one", "two", "three");
        _batches.Take().Count.Should().Be(0);
    }

    [Fact]
    public void Arrived_AfterTheFirstSpan_IsCompleteUntilItIsTaken()
    {
        var before = _batches.Arrived;
        before.IsCompleted.Should().BeFalse();

        _batches.TryAdd(Span("one"));

        before.IsCompleted.Should().BeTrue();
        _batches.Full.IsCompleted.Should().BeFalse();
        _batches.Take();
        _batches.Arrived.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void TryAdd_NobodyTakes_StaysWithinItsBoundAndSaysSo()
    {
        var full = _batches.Full;
        var added = 0;
        var span = Span(new string('x', 2000));
        while (added < 10_000 && _batches.TryAdd(span))
        {
            added++;
        }

        added.Should().BeLessThan(1000, "a mebibyte holds no more");
        full.IsCompleted.Should().BeTrue();
        var (bytes, count) = _batches.Take();
        count.Should().Be(added);
        JsonDocument.Parse(bytes).RootElement.GetArrayLength().Should().Be(added);
        _batches.TryAdd(span).Should().BeTrue("there is room again");
    }

    private static Span Span(string name)
    {
        var span = Tracing.Start(name, ActivityKind.Server, TraceContext.None)!;
        span.SetTag("dapr.api", "GET /x");
        return span;
    }
}
