using System.Text;
using System.Text.Json.Nodes;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;

namespace Conformance.Grpc;

/// <summary>A step that makes a gRPC call with one request.</summary>
internal static class GrpcStep
{
    private const string Dapr = "dapr.proto.runtime.v1.Dapr";
    private const double DefaultTimeout = 30_000;

    /// <summary>The path of a step's call, without the leading slash.</summary>
    public static string Path(JsonObject request)
    {
        var path = $"{request["service"]?.GetValue<string>() ?? Dapr}/{request["method"]}";
        return GrpcCatalogue.Find(path) is { } call ? $"{call.Service.FullName}/{call.Name}" : path;
    }

    /// <summary>Makes the call and compares what came.</summary>
    public static async Task RunAsync(World world, string at, JsonObject step, JsonObject request, Comparison comparison)
    {
        var expected = step["response"]!.AsObject();
        var path = Path(request);
        var call = GrpcCatalogue.Find(path);
        var message = call is null ? [0, 0, 0, 0, 0] : GrpcWire.Frame(GrpcJson.Read(call.InputType, request["message"] as JsonObject ?? [], world.Placeholders));
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(step["clientTimeoutMs"]?.GetValue<double>() ?? DefaultTimeout));
        using var wire = GrpcWire.Request(world.GrpcPort(request["to"]?.GetValue<string>() ?? "a"), path, request["metadata"] as JsonObject, new ByteArrayContent(message), world.Placeholders);
        using var response = await GrpcWire.Client.SendAsync(wire, limit.Token);
        var messages = new List<IMessage>();
        await using (var body = await response.Content.ReadAsStreamAsync(limit.Token))
        {
            while (call is not null && await GrpcWire.ReadAsync(body, call.OutputType, limit.Token) is { } one)
            {
                messages.Add(one);
            }
        }

        CompareStatus($"{at}.response", expected, response, comparison);
        CompareMessages($"{at}.response", expected, messages, comparison);
    }

    /// <summary>Compares messages with `message` or `messages`.</summary>
    public static void CompareMessages(string at, JsonObject expected, IReadOnlyList<IMessage> messages, Comparison comparison)
    {
        if (messages is [InvokeBindingResponse, ..] && expected["message"] is JsonObject binding)
        {
            // A server's connection and clock are left out of every recording, be it in headers or in what a binding tells of them.
            Json($"{at}.message", WithoutConnection(binding), WithoutConnection(GrpcJson.Write(messages[0])), comparison);
        }
        else if (expected["messages"] is JsonArray many)
        {
            Json($"{at}.messages", many, new JsonArray([.. messages.Select(GrpcJson.Write)]), comparison);
        }
        else if (expected["message"] is { } one)
        {
            Json($"{at}.message", one, messages.Count > 0 ? GrpcJson.Write(messages[0]) : null, comparison);
        }
    }

    /// <summary>Compares code, message, details, metadata and trailers.</summary>
    public static void CompareStatus(string at, JsonObject expected, HttpResponseMessage response, Comparison comparison)
    {
        var (code, message, details) = GrpcWire.Status(response);
        comparison.Equal($"{at}.grpcCode", expected["grpcCode"]?.ToString() ?? "OK", code);
        if (!comparison.Ignores($"{at}.grpcMessage"))
        {
            comparison.Body($"{at}.grpcMessage", new JsonObject { ["body"] = expected["grpcMessage"]?.ToString() ?? "" }, Encoding.UTF8.GetBytes(message));
        }

        Json($"{at}.errorDetails", expected["errorDetails"] ?? new JsonArray(), details ?? [], comparison);
        comparison.Headers($"{at}.metadata", expected["metadata"] as JsonObject, GrpcWire.Metadata(response.Headers));
        comparison.Headers($"{at}.trailers", expected["trailers"] as JsonObject, GrpcWire.Metadata(response.TrailingHeaders));
    }

    private static JsonObject WithoutConnection(JsonObject answer)
    {
        var copy = answer.DeepClone().AsObject();
        foreach (var name in (ReadOnlySpan<string>)["Connection", "Keep-Alive", "Date", "Server"])
        {
            (copy["metadata"] as JsonObject)?.Remove(name);
        }

        return copy;
    }

    private static void Json(string at, JsonNode expected, JsonNode? actual, Comparison comparison)
    {
        if (!comparison.Ignores(at))
        {
            comparison.Body(at, new JsonObject { ["body"] = GrpcJson.Expand(expected)!.ToJsonString() }, Encoding.UTF8.GetBytes(actual?.ToJsonString() ?? ""));
        }
    }
}
