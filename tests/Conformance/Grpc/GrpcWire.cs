using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc.Wire;

namespace Conformance.Grpc;

/// <summary>Frames, metadata and statuses as they are on the wire.</summary>
internal static class GrpcWire
{
    private const int FrameHeader = 5;
    private static readonly TypeRegistry Details = TypeRegistry.FromFiles(RpcerrorsReflection.Descriptor);

    /// <summary>The clients of a replay share their connections.</summary>
    public static HttpMessageInvoker Client { get; } = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true, ActivityHeadersPropagator = null, UseProxy = false });

    /// <summary>A message as a frame.</summary>
    public static byte[] Frame(IMessage message)
    {
        var bytes = message.ToByteArray();
        var frame = new byte[FrameHeader + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, FrameHeader);
        return frame;
    }

    /// <summary>The next message of a stream of frames; null at its end.</summary>
    public static async Task<IMessage?> ReadAsync(Stream stream, MessageDescriptor type, CancellationToken cancellation)
    {
        var header = new byte[FrameHeader];
        if (await stream.ReadAtLeastAsync(header, FrameHeader, throwOnEndOfStream: false, cancellation) < FrameHeader)
        {
            return null;
        }

        var bytes = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return type.Parser.ParseFrom(bytes);
    }

    /// <summary>A request of a scenario.</summary>
    public static HttpRequestMessage Request(int port, string path, JsonObject? metadata, HttpContent content, Placeholders placeholders)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/{path}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };
        request.Headers.TE.ParseAdd("trailers");
        request.Headers.TryAddWithoutValidation("grpc-accept-encoding", "identity,deflate,gzip");
        foreach (var (name, value) in metadata ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value is JsonArray many ? many.Select(one => placeholders.Fill(one!.ToString())) : [placeholders.Fill(value!.ToString())]);
        }

        return request;
    }

    /// <summary>The status of an answer whose messages were read: code, message and details as the recordings write them.</summary>
    public static (string Code, string Message, JsonArray? Details) Status(HttpResponseMessage response)
    {
        var headers = response.TrailingHeaders.Contains("grpc-status") ? (HttpHeaders)response.TrailingHeaders : response.Headers;
        var code = headers.TryGetValues("grpc-status", out var status) ? (Sidecar.Api.Grpc.GrpcCode)int.Parse(status.Single(), System.Globalization.CultureInfo.InvariantCulture) : Sidecar.Api.Grpc.GrpcCode.Unknown;
        var message = headers.NonValidated.TryGetValues("grpc-message", out var text) ? Uri.UnescapeDataString(text.ToString()) : "";
        JsonArray? details = null;
        if (headers.TryGetValues("grpc-status-details-bin", out var encoded))
        {
            var packed = encoded.Single();
            details = new JsonArray([.. Google.Rpc.Wire.Status.Parser.ParseFrom(Convert.FromBase64String(packed.PadRight((packed.Length + 3) / 4 * 4, '='))).Details.Select(Detail)]);
        }

        // A value that ends in a blank is no valid header; the recorder's client drops it.
        return (Name(code), message.Length > 0 && (message[0] == ' ' || message[^1] == ' ') ? "" : message, details);
    }

    /// <summary>What of the headers is metadata.</summary>
    public static Dictionary<string, string> Metadata(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers) => headers
        .Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), string.Join(", ", header.Value)))
        .Where(header => header.Key[0] != ':' && header.Key is not ("content-type" or "te" or "grpc-status" or "grpc-message" or "grpc-status-details-bin" or "grpc-encoding" or "grpc-accept-encoding" or "grpc-timeout" or "trailer"))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>The value of a code by the name the recordings use.</summary>
    public static int Code(string name) => (int)System.Enum.GetValues<Sidecar.Api.Grpc.GrpcCode>().First(code => Name(code) == name);

    private static string Name(Sidecar.Api.Grpc.GrpcCode code) => string.Concat(code.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : c.ToString())).ToUpperInvariant();

    private static JsonNode Detail(Any any)
    {
        var json = new JsonObject { ["@type"] = any.TypeUrl };
        foreach (var (name, value) in GrpcJson.Write(any.Unpack(Details)))
        {
            json[name] = value?.DeepClone();
        }

        return json;
    }
}
