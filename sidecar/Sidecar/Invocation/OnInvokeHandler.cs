using System.Net;
using Dapr.Proto.Common.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Security;
using Verb = Dapr.Proto.Common.V1.HTTPExtension.Types.Verb;

namespace Sidecar.Invocation;

/// <summary>The body of an answer of OnInvoke, with the status and the message it came with.</summary>
internal sealed class GrpcAnswerContent(byte[] body, GrpcStatus status, InvokeResponse? message) : ByteArrayContent(body)
{
    /// <summary>The app's answer; null unless the status is OK.</summary>
    public InvokeResponse? Message { get; } = message;

    /// <summary>The app's status.</summary>
    public GrpcStatus Status { get; } = status;
}

/// <summary>Lets an app of protocol gRPC be called like one of HTTP: a request becomes the call OnInvoke, its answer becomes a response.</summary>
internal sealed class OnInvokeHandler(GrpcApp app) : HttpMessageHandler
{
    /// <summary>The content type of data that name their message.</summary>
    public const string ProtobufType = "application/x-protobuf";

    private const string Prefix = "dapr-";

    // Names that mean something to HTTP itself reach the app behind Dapr's prefix.
    private static readonly HashSet<string> OfHttp = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Accept-Charset", "Accept-Language", "Accept-Ranges", "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "Cache-Control",
        "Content-Type", "Content-Length", "Cookie", "Date", "Expect", "From", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Schedule-Tag-Match",
        "If-Unmodified-Since", "Max-Forwards", "Origin", "Pragma", "Referer", "Via", "Warning",
    };

    /// <summary>Whether a header has a meaning of its own in HTTP.</summary>
    public static bool IsOfHttp(string name) => OfHttp.Contains(name);

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var message = (request as AppRequest)?.Original ?? await ToMessageAsync(request, cancellationToken);
        var answer = await app.CallAsync<InvokeRequest, InvokeResponse>(GrpcApp.Callback + "OnInvoke", message, Metadata(request), cancellationToken);
        return ToResponse(answer);
    }

    private static async Task<InvokeRequest> ToMessageAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var contentType = request.Content?.Headers.NonValidated.TryGetValues("Content-Type", out var type) == true ? type.ToString() : "";
        var target = request.RequestUri!;
        return new InvokeRequest
        {
            Method = target.AbsolutePath.TrimStart('/'),
            Data = new Any { Value = ByteString.CopyFrom(body) },
            ContentType = contentType,
            HttpExtension = new HTTPExtension { Verb = System.Enum.TryParse<Verb>(request.Method.Method, ignoreCase: true, out var verb) ? verb : Verb.Post, Querystring = target.Query.TrimStart('?') },
        };
    }

    private static IEnumerable<(string Name, string Value)> Metadata(HttpRequestMessage request)
    {
        if (request is AppRequest { Connection: { } connection })
        {
            yield return (Prefix + "connection", connection);
        }

        foreach (var (name, values) in request.Headers.NonValidated)
        {
            var key = name.ToLowerInvariant();
            if (key is "traceparent")
            {
                if (GrpcTraceContext.FromTraceParent(values.ToString()) is { } binary)
                {
                    yield return (GrpcTraceContext.Header, binary);
                }

                continue;
            }

            foreach (var value in key is ApiToken.Header or "tracestate" ? [] : values.AsEnumerable())
            {
                yield return (OfHttp.Contains(key) ? Prefix + key : key, value);
            }
        }
    }

    private static HttpResponseMessage ToResponse(GrpcAnswer<InvokeResponse> answer)
    {
        var body = answer.Message is { } message ? message.Data?.Value.ToByteArray() ?? [] : Describe(answer.Status);
        var response = new HttpResponseMessage((HttpStatusCode)GrpcErrors.ToHttpStatus(answer.Status.Code)) { Content = new GrpcAnswerContent(body, answer.Status, answer.Message) };
        foreach (var (name, value) in answer.Metadata.Where(pair => pair.Name is not ("content-type" or "content-length" or "date" or "server" or "grpc-status" or "grpc-message" or "grpc-status-details-bin") && FieldValue.IsValid(pair.Value)))
        {
            response.Headers.TryAddWithoutValidation(name.StartsWith("grpc-", StringComparison.Ordinal) ? Prefix + name : name, value);
        }

        var contentType = answer.Message?.Data?.TypeUrl.Length > 0 ? ProtobufType : answer.Message?.ContentType;
        if (!string.IsNullOrEmpty(contentType) && FieldValue.IsValid(contentType))
        {
            response.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return response;
    }

    private static byte[] Describe(GrpcStatus status)
    {
        var text = new System.Text.Json.Nodes.JsonObject { ["code"] = (int)status.Code };
        if (status.Message.Length > 0)
        {
            text["message"] = status.Message;
        }

        return System.Text.Encoding.UTF8.GetBytes(text.ToJsonString(PubSub.CloudEvent.Json));
    }
}
