using System.Text;
using Dapr.Proto.Common.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Resiliency;
using Verb = Dapr.Proto.Common.V1.HTTPExtension.Types.Verb;

namespace Sidecar.Invocation;

/// <summary>Service invocation by the call InvokeService: an HTTP app gets a request, an app of protocol gRPC the call OnInvoke; the app's answer becomes answer, metadata and status.</summary>
internal sealed class GrpcInvocation(RuntimeServices services, Invoker invoker)
{
    private const string HttpStatus = "dapr-http-status";
    private const string Prefix = "dapr-";

    // What belongs to the connection or the body does not travel on as metadata.
    private static readonly HashSet<string> NotAnswered = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "Trailer", "Content-Length", "Date", "Server", "traceparent", "tracestate",
    };

    /// <summary>Makes the call under the target's policies.</summary>
    public async Task<InvokeResponse> InvokeAsync(string id, InvokeRequest? message, GrpcCall call)
    {
        message ??= new InvokeRequest();
        if (id.Length == 0)
        {
            throw Failed(id, "app id is empty");
        }

        if (RequestPath.ToMethodPath(message.Method, out var problem) is not { } method)
        {
            throw Failed(id, $"rpc error: code = InvalidArgument desc = invalid method: {problem}");
        }

        var query = message.HttpExtension?.Querystring is { Length: > 0 } text ? "?" + text : "";
        var trace = services.Tracing.Of(call.Context);
        var attempts = 0;
        InvocationResult? last = null;
        byte[] body = [];
        try
        {
            var result = await services.Resiliency.ForApp(id, method).ExecuteAsync(
                async token =>
                {
                    last?.Response?.Dispose();
                    last = null;
                    using var request = CreateRequest(message, method + query, call);
                    last = await invoker.AttemptAsync(request, trace, id, method, ++attempts, token);

                    // The body belongs to the attempt: the policy's timeout holds for all of it.
                    body = last.Response is null ? [] : await ReadAsync(last.Response, token);
                    return last;
                },
                outcome => outcome.Outcome with { Permanent = outcome.IsPermanent },
                call.Cancellation);
            return await AnswerAsync(result.Response ?? throw Failed(id, result.Error!), body, call);
        }
        catch (CircuitOpenException exception)
        {
            throw new GrpcException(GrpcCode.Unknown, exception.Message);
        }
        catch (TimeoutException)
        {
            throw new GrpcException(GrpcCode.DeadlineExceeded, "context deadline exceeded");
        }
        finally
        {
            last?.Response?.Dispose();
        }
    }

    private static GrpcException Failed(string id, string error) => new(GrpcCode.Internal, $"failed to invoke, id: {id}, err: {error}", "ERR_DIRECT_INVOKE");

    private static AppRequest CreateRequest(InvokeRequest message, string path, GrpcCall call)
    {
        var verb = message.HttpExtension?.Verb is null or Verb.None ? Verb.Post : message.HttpExtension.Verb;
        var request = new AppRequest(new HttpMethod(verb.ToString().ToUpperInvariant()), path) { Original = Normalized(message) };
        var body = message.Data?.Value ?? ByteString.Empty;
        var contentType = message.Data?.TypeUrl.Length > 0 ? OnInvokeHandler.ProtobufType : message.ContentType;
        if (!body.IsEmpty || contentType.Length > 0 || verb is not (Verb.Get or Verb.Head))
        {
            request.Content = new ReadOnlyMemoryContent(body.Memory);
        }

        // A gRPC app gets the message, whatever it says.
        if (contentType.Length > 0 && FieldValue.IsValid(contentType))
        {
            request.Content!.Headers.TryAddWithoutValidation("Content-Type", HeaderText.Write(contentType));
        }

        ForwardedHeaders.CopyToApp(Headers(call), request);
        return request;
    }

    // As the app of protocol gRPC gets it: the method without detours, and data though there are none.
    private static InvokeRequest Normalized(InvokeRequest message)
    {
        var rooted = RequestPath.Clean("/" + message.Method);
        return new InvokeRequest
        {
            Method = message.Method.StartsWith('/') ? rooted : rooted[1..],
            Data = message.Data is { Value.IsEmpty: false } ? message.Data : new Any(),
            ContentType = message.ContentType,
            HttpExtension = message.HttpExtension,
        };
    }

    private static HeaderDictionary Headers(GrpcCall call)
    {
        var headers = new HeaderDictionary { [Prefix + "authority"] = call.Headers.Host };
        foreach (var (name, values) in call.Headers)
        {
            var key = name.ToLowerInvariant();
            if (key[0] != ':' && key is not ("content-type" or "content-length") && !key.EndsWith("-bin", StringComparison.Ordinal))
            {
                headers[key.StartsWith("grpc-", StringComparison.Ordinal) ? Prefix + key : key] = Octets(values);
            }
        }

        return headers;
    }

    private static StringValues Octets(StringValues texts) => texts is [{ } text] ? HeaderText.Write(text) : texts.Select(value => HeaderText.Write(value ?? "")).ToArray();

    private async Task<InvokeResponse> AnswerAsync(HttpResponseMessage response, byte[] body, GrpcCall call)
    {
        var isGrpc = response.Content as GrpcAnswerContent;
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            foreach (var value in NotAnswered.Contains(name) || isGrpc is not null && name.StartsWith(Prefix + "grpc-", StringComparison.OrdinalIgnoreCase) ? [] : values.AsEnumerable())
            {
                call.AddMetadata(MetadataName(name), value);
            }
        }

        if (isGrpc is not null)
        {
            return isGrpc.Status.Code == GrpcCode.Ok ? Message(isGrpc.Message!, body) : throw new GrpcException(isGrpc.Status);
        }

        var message = Message(response, body);
        if (message.ContentType.Length > 0)
        {
            call.AddMetadata(Prefix + "content-type", message.ContentType);
        }

        call.AddMetadata(HttpStatus, ((int)response.StatusCode).ToString());
        return response.IsSuccessStatusCode ? message : throw new GrpcException(GrpcErrors.FromHttp((int)response.StatusCode, Encoding.UTF8.GetString(body)));
    }

    private static InvokeResponse Message(HttpResponseMessage response, byte[] body) => new()
    {
        Data = new Any { Value = ByteString.CopyFrom(body) },
        ContentType = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) ? type.ToString() : "",
    };

    private static InvokeResponse Message(InvokeResponse answer, byte[] body) => new()
    {
        Data = new Any { TypeUrl = answer.Data?.TypeUrl ?? "", Value = ByteString.CopyFrom(body) },
        ContentType = answer.ContentType,
    };

    private static string MetadataName(string name) => OnInvokeHandler.IsOfHttp(name) ? Prefix + name.ToLowerInvariant() : name.ToLowerInvariant();

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var most = services.Options.MaxBodySize;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (body.Length + read > most)
            {
                throw new GrpcException(GrpcCode.ResourceExhausted, $"grpc: received message larger than max ({body.Length + read} vs. {most})");
            }

            body.Write(chunk, 0, read);
        }

        return body.ToArray();
    }
}
