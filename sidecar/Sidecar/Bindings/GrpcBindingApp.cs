using System.Text.Json;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Invocation;

namespace Sidecar.Bindings;

/// <summary>Input bindings of an app of protocol gRPC: which it wants, and what it answers to an event, in the shape of an HTTP answer.</summary>
internal static class GrpcBindingApp
{
    /// <summary>Whether the app lists the binding; one without the call wants none.</summary>
    public static async Task<bool> WantsAsync(GrpcApp app, string binding, CancellationToken cancellationToken)
    {
        var answer = await app.CallAsync<Empty, ListInputBindingsResponse>(GrpcApp.Callback + "ListInputBindings", new Empty(), [], cancellationToken);
        return answer.Status.Code == GrpcCode.Unavailable
            ? throw new HttpRequestException(answer.Status.Message)
            : answer.Message?.Bindings.Contains(binding) == true;
    }

    /// <summary>Brings an event to the app.</summary>
    public static async Task<(int Status, byte[] Body)> TellAsync(GrpcApp app, string binding, BindingEvent bindingEvent, CancellationToken cancellationToken)
    {
        var request = new BindingEventRequest { Name = binding, Data = ByteString.CopyFrom(bindingEvent.Data.Span), Metadata = { bindingEvent.Metadata.ToDictionary(StringComparer.Ordinal) } };
        var answer = await app.CallAsync<BindingEventRequest, BindingEventResponse>(GrpcApp.Callback + "OnBindingEvent", request, [], cancellationToken);
        return (GrpcErrors.ToHttpStatus(answer.Status.Code), answer.Message is { } message ? ToJson(message) : []);
    }

    private static byte[] ToJson(BindingEventResponse message)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("storeName", message.StoreName);
            json.WriteString("concurrency", message.Concurrency == BindingEventResponse.Types.BindingEventConcurrency.Parallel ? "parallel" : "sequential");
            json.WritePropertyName("data");
            WriteValue(json, message.Data);
            json.WriteStartArray("to");
            foreach (var target in message.To)
            {
                json.WriteStringValue(target);
            }

            json.WriteEndArray();
            json.WriteStartArray("state");
            foreach (var item in message.States)
            {
                json.WriteStartObject();
                json.WriteString("key", item.Key);
                json.WritePropertyName("value");
                WriteValue(json, item.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    // What is no JSON becomes a JSON text.
    private static void WriteValue(Utf8JsonWriter json, ByteString value)
    {
        using var document = GoJson.Decode(value.Memory, out _);
        if (document is null && value.IsEmpty)
        {
            json.WriteNullValue();
        }
        else if (document is null)
        {
            json.WriteStringValue(System.Text.Encoding.UTF8.GetString(value.Span));
        }
        else
        {
            json.WriteRawValue(value.Span, skipInputValidation: true);
        }
    }
}
