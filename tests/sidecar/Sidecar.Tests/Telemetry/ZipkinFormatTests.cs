using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Sidecar.Components;
using Sidecar.Telemetry;

namespace Sidecar.Tests.Telemetry;

public sealed class ZipkinFormatTests
{
    private static readonly Tracing Tracing = new(new ConfigurationSpec { ExporterConfigured = true, SamplingRate = 1 }, []);

    [Fact]
    public void Write_SpanBelowAnother_HasItsIdsNameTimesAndTags()
    {
        var span = Tracing.Start("/v1.0/State/Store", ActivityKind.Client, new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", ""))!;
        span.SetTag("net.peer.name", "orders");
        span.Stop();

        var written = Write(span);

        written.GetProperty("traceId").GetString().Should().Be("0af7651916cd43dd8448eb211c80319c");
        written.GetProperty("parentId").GetString().Should().Be("b7ad6b7169203331");
        written.GetProperty("id").GetString().Should().Be(span.Context.SpanId.ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
        written.GetProperty("name").GetString().Should().Be("/v1.0/state/store");
        written.GetProperty("kind").GetString().Should().Be("CLIENT");
        written.GetProperty("timestamp").GetInt64().Should().Be((span.StartTime - DateTimeOffset.UnixEpoch).Ticks / 10);
        written.GetProperty("duration").GetInt64().Should().BePositive();
        written.GetProperty("localEndpoint").GetProperty("serviceName").GetString().Should().Be("caller");
        written.GetProperty("remoteEndpoint").GetProperty("serviceName").GetString().Should().Be("orders");
        Tags(written).Should().Equal(new Dictionary<string, string?> { ["net.peer.name"] = "orders", ["otel.scope.name"] = ZipkinFormat.Scope, ["service.name"] = "caller" });
    }

    [Theory]
    [InlineData("a \"quoted\" \\ text")]
    [InlineData("line\nfeed\u0001\u007f")]
    [InlineData("żółć 日本 🙂")]
    [InlineData("<a href='x'>&amp;+`</a>")]
    [InlineData("half of a pair \ud83d")]
    [InlineData("")]
    public void Write_AnyText_ReadsBackAsItWas(string text)
    {
        var span = Tracing.Start(text, ActivityKind.Server, TraceContext.None)!;
        span.SetTag("of " + text, text);
        span.SetStatus(ActivityStatusCode.Error, text);
        span.Stop();

        var written = Write(span);

        // What is no text has a replacement in UTF-8.
        var expected = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
        written.GetProperty("name").GetString().Should().Be(expected.ToLowerInvariant());
        Tags(written)["of " + expected].Should().Be(expected);
        Tags(written)["error"].Should().Be(expected);
        Tags(written)["otel.status_code"].Should().Be("ERROR");
    }

    [Fact]
    public void Write_LongestTexts_FitIntoWhatWasTaken()
    {
        var span = Tracing.Start(new string('\u0001', 5_000), ActivityKind.Client, TraceContext.None)!;
        span.SetTag("server.address", new string('日', 5_000));
        span.SetTag(new string('"', 5_000), "");
        span.SetStatus(ActivityStatusCode.Error, new string('<', 5_000));
        span.Stop();

        Tags(Write(span)).Should().HaveCount(6);
    }

    private static JsonElement Write(Span span)
    {
        var output = new ArrayBufferWriter<byte>();
        new ZipkinFormat().Write(span, "caller", output);
        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }

    private static Dictionary<string, string?> Tags(JsonElement span) => span.GetProperty("tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString());
}
