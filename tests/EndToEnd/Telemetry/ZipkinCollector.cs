using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EndToEnd.Telemetry;

/// <summary>Takes spans as Zipkin does (POST /api/v2/spans) and keeps the last 100,000.</summary>
internal sealed class ZipkinCollector : IAsyncDisposable
{
    private const int Capacity = 100_000;
    private readonly ConcurrentQueue<Span> _spans = new();
    private readonly WebApplication _application;
    private readonly int _port = FreePort.Next();

    public ZipkinCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{_port}");
        _application = builder.Build();
        _application.MapPost("/api/v2/spans", (JsonElement batch) =>
        {
            foreach (var span in batch.EnumerateArray())
            {
                Keep(span);
            }

            return Results.Accepted();
        });
    }

    /// <summary>The address to send spans to.</summary>
    public string Endpoint => $"http://127.0.0.1:{_port}/api/v2/spans";

    /// <summary>The spans of a trace.</summary>
    public IReadOnlyList<Span> OfTrace(string traceId) => [.. _spans.Where(span => span.TraceId == traceId)];

    public Task StartAsync() => _application.StartAsync();

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private void Keep(JsonElement span)
    {
        _spans.Enqueue(new Span(
            Text(span, "traceId")!,
            Text(span, "id")!,
            Text(span, "parentId"),
            Text(span, "name") ?? "",
            span.TryGetProperty("localEndpoint", out var endpoint) ? Text(endpoint, "serviceName") ?? "" : ""));
        while (_spans.Count > Capacity)
        {
            _spans.TryDequeue(out _);
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>A span as far as the tests read it.</summary>
    internal sealed record Span(string TraceId, string Id, string? ParentId, string Name, string Service);
}
