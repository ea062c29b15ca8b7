using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Proto;
using Sidecar.Api.Http;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Telemetry;

public sealed class OtlpTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Theory]
    [InlineData("http", "/v1/traces")]
    [InlineData("grpc", "/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    public async Task Spans_OfACall_ReachTheCollector(string protocol, string path)
    {
        await using var collector = await Collector.StartAsync(protocol);
        await using var app = await FakeApp.StartAsync(FakeApp.Statuses(503));
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port }, configuration: Configuration(protocol, $"127.0.0.1:{collector.Port}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1.0/invoke/app/method/pay/1");
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");

        await sidecar.Client.SendAsync(request);

        await Eventually.TrueAsync(() => !collector.Requests.IsEmpty, "the spans are exported");
        var (seen, key, batch) = collector.Requests.First();
        (seen, key).Should().Be((path, "42"));
        var resource = batch.ResourceSpans.Single();
        resource.Resource.Attributes.Single(pair => pair.Key == "service.name").Value.StringValue.Should().Be("app");
        resource.ScopeSpans.Single().Scope.Name.Should().Be("dapr-diagnostics");
        var span = resource.ScopeSpans.Single().Spans.Single();
        Convert.ToHexStringLower(span.TraceId.Span).Should().Be(Trace);
        Convert.ToHexStringLower(span.ParentSpanId.Span).Should().Be("b7ad6b7169203331");
        span.Name.Should().Be("calllocal/app/pay/1");
        span.Kind.Should().Be(OpenTelemetry.Proto.Span.Types.SpanKind.Client);
        span.Status.Code.Should().Be(Status.Types.StatusCode.Error);
        span.EndTimeUnixNano.Should().BeGreaterThan(span.StartTimeUnixNano);
        span.Attributes.Select(pair => $"{pair.Key}={pair.Value.StringValue}").Should().Contain("dapr.status_code=503");
    }

    [Fact]
    public async Task Stop_SpansThatWait_AreSentFirst()
    {
        await using var collector = await Collector.StartAsync("grpc");
        await using (var sidecar = await TestSidecar.StartAsync(options => options, configuration: Configuration("grpc", $"http://127.0.0.1:{collector.Port}")))
        {
            for (var i = 0; i < 20; i++)
            {
                await sidecar.Client.GetAsync("v1.0/metadata");
            }
        }

        collector.Requests.Sum(request => request.Batch.ResourceSpans.Count).Should().Be(20);
    }

    private static string Configuration(string protocol, string address) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Configuration
        metadata:
          name: c
        spec:
          tracing:
            samplingRate: "1"
            otel:
              protocol: {{protocol}}
              endpointAddress: {{address}}
              isSecure: false
              headers: ["x-key=42"]
        """;

    /// <summary>A collector that takes everything.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly KestrelEndpoint _endpoint;

        private Collector(string protocol)
        {
            _endpoint = new KestrelEndpoint("127.0.0.1", 0, protocol == "grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1, _ => { }, context => TakeAsync(context, protocol == "grpc"), NullLoggerFactory.Instance);
        }

        public int Port => _endpoint.Port;

        public ConcurrentQueue<(string Path, string Key, ExportTraceServiceRequest Batch)> Requests { get; } = new();

        public static async Task<Collector> StartAsync(string protocol)
        {
            var collector = new Collector(protocol);
            await collector._endpoint.StartAsync(CancellationToken.None);
            return collector;
        }

        public ValueTask DisposeAsync() => _endpoint.DisposeAsync();

        private async Task TakeAsync(HttpContext context, bool isGrpc)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var message = body.ToArray().AsMemory(isGrpc ? 5 : 0);
            Requests.Enqueue((context.Request.Path, context.Request.Headers["x-key"].ToString(), ExportTraceServiceRequest.Parser.ParseFrom(message.Span)));
            if (isGrpc)
            {
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(new byte[5]);
                context.Response.AppendTrailer("grpc-status", "0");
            }
        }
    }
}
