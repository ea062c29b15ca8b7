using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Tests.Hub;

/// <summary>A TaskHubSidecarService over HTTP/2 cleartext: hands out the work items a test gives it and records every call.</summary>
internal sealed class FakeTaskHub : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HubCall, Task<IMessage>>> answers = new(StringComparer.Ordinal);
    private Channel<WorkItem> items = Channel.CreateUnbounded<WorkItem>();
    private WebApplication? app;

    public int Port { get; } = FreePort.Next();

    public string Endpoint => $"http://127.0.0.1:{Port}";

    public ConcurrentQueue<HubCall> Calls { get; } = [];

    public int Connections => Calls.Count(call => call.Method == "GetWorkItems");

    public static async Task<FakeTaskHub> StartAsync()
    {
        var hub = new FakeTaskHub();
        hub.Answer("CompleteOrchestratorTask", new CompleteTaskResponse());
        hub.Answer("CompleteActivityTask", new CompleteTaskResponse());
        await hub.ListenAsync();
        return hub;
    }

    public async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(Port, listen => listen.Protocols = HttpProtocols.Http2));
        app = builder.Build();
        app.MapPost("/TaskHubSidecarService/{method}", HandleAsync);
        await app.StartAsync();
    }

    /// <summary>Ends all connections, as a sidecar that is killed does.</summary>
    public async Task StopAsync()
    {
        items.Writer.TryComplete();
        items = Channel.CreateUnbounded<WorkItem>();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app!.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    public void Answer(string method, IMessage response) => answers[method] = _ => Task.FromResult(response);

    public void Answer(string method, Func<HubCall, Task<IMessage>> answer) => answers[method] = answer;

    public void Send(WorkItem item) => items.Writer.TryWrite(item);

    /// <summary>Ends the stream of work items properly.</summary>
    public void EndStream()
    {
        var ended = items;
        items = Channel.CreateUnbounded<WorkItem>();
        ended.Writer.TryComplete();
    }

    public Task<HubCall> CallAsync(string method, int index = 0) => Eventually.ResultAsync(
        () => Task.FromResult(Calls.Where(call => call.Method == method).ElementAtOrDefault(index)), $"call {index} of {method}");

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task HandleAsync(HttpContext context, string method)
    {
        var call = new HubCall(method, await ReadAsync(context.Request), context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        Calls.Enqueue(call);
        context.Response.ContentType = "application/grpc";
        if (method == "GetWorkItems")
        {
            await StreamAsync(context);
            return;
        }

        try
        {
            var response = answers.TryGetValue(method, out var answer) ? await answer(call) : throw new HubError(12, $"no answer for {method}");
            await WriteAsync(context.Response, response);
            context.Response.AppendTrailer("grpc-status", "0");
        }
        catch (HubError error)
        {
            // Trailers only: the status is in the headers.
            context.Response.Headers["grpc-status"] = $"{error.Code}";
            context.Response.Headers["grpc-message"] = Uri.EscapeDataString(error.Message);
        }
    }

    private async Task StreamAsync(HttpContext context)
    {
        var reader = items.Reader;
        await context.Response.StartAsync();
        await foreach (var item in reader.ReadAllAsync(context.RequestAborted))
        {
            await WriteAsync(context.Response, item);
        }

        context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["grpc-status"] = "0";
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        return buffer.ToArray()[5..];
    }

    private static async Task WriteAsync(HttpResponse response, IMessage message)
    {
        var bytes = message.ToByteArray();
        var frame = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, 5);
        await response.Body.WriteAsync(frame);
        await response.Body.FlushAsync();
    }
}

/// <summary>A call the hub got.</summary>
internal sealed record HubCall(string Method, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public T As<T>()
        where T : IMessage<T>, new() => new MessageParser<T>(() => new T()).ParseFrom(Body);
}

/// <summary>Makes a call fail with a status.</summary>
internal sealed class HubError(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
