using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Conformance.Grpc;

/// <summary>What a scripted app of protocol gRPC answers.</summary>
internal sealed class GrpcAnswers(string name, JsonObject script, Placeholders placeholders, ConcurrentQueue<FakeApp.Seen> requests)
{
    /// <summary>The method under which calls are seen.</summary>
    public const string Method = "gRPC";

    private readonly ConcurrentDictionary<string, int> _turns = new(StringComparer.Ordinal);

    /// <summary>Answers a call.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.TrimStart('/');
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-accept-encoding"] = "identity,deflate,gzip";
        var reply = Reply(path.Split('/')[^1]);
        if (GrpcCatalogue.Find(path) is not { } call || await GrpcWire.ReadAsync(context.Request.Body, call.InputType, context.RequestAborted) is not { } request)
        {
            await EndAsync(context, GrpcWire.Code("UNIMPLEMENTED"), "");
            return;
        }

        if (reply is null)
        {
            await EndAsync(context, GrpcWire.Code("UNIMPLEMENTED"), $"The server does not implement the method {path}");
            return;
        }

        var metadata = GrpcWire.Metadata(context.Request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.Select(value => value!))));
        requests.Enqueue(new FakeApp.Seen(name, Method, path, metadata, Encoding.UTF8.GetBytes(GrpcJson.Write(request).ToJsonString()), Stopwatch.GetTimestamp()));
        await WriteAsync(context, call.OutputType, reply, request);
    }

    private JsonObject? Reply(string call)
    {
        switch ((script["methods"] as JsonObject)?[call])
        {
            case JsonArray replies:
                var turn = _turns.AddOrUpdate(call, 0, (_, before) => before + 1);
                return replies[Math.Min(turn, replies.Count - 1)]!.AsObject();
            case JsonObject reply:
                return reply;
            default:
                return null;
        }
    }

    private async Task WriteAsync(HttpContext context, Google.Protobuf.Reflection.MessageDescriptor type, JsonObject reply, IMessage request)
    {
        if (reply["delayMs"] is { } delay)
        {
            await Pause.ForAsync(TimeSpan.FromMilliseconds(delay.GetValue<double>()));
        }

        foreach (var (key, value) in reply["metadata"] as JsonObject ?? [])
        {
            context.Response.Headers[key] = placeholders.Fill(value!.ToString());
        }

        if (reply["code"] is { } code && code.ToString() != "OK")
        {
            await EndAsync(context, GrpcWire.Code(code.ToString()), reply["text"]?.ToString() ?? "");
            return;
        }

        foreach (var message in reply["stream"] as JsonArray ?? [reply["message"]?.DeepClone()])
        {
            var answer = message switch
            {
                JsonObject json => GrpcJson.Read(type, json, placeholders),
                null => type.Parser.ParseFrom(ByteString.Empty),
                _ => request,
            };
            await context.Response.Body.WriteAsync(GrpcWire.Frame(answer), context.RequestAborted);
        }

        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task EndAsync(HttpContext context, int code, string text)
    {
        await context.Response.StartAsync();
        context.Response.AppendTrailer("grpc-status", code.ToString(System.Globalization.CultureInfo.InvariantCulture));
        context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(text));
    }
}
