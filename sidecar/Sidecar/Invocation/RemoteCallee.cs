using Sidecar.Api.Grpc;
using Sidecar.NameResolution;
using Sidecar.Telemetry;

namespace Sidecar.Invocation;

/// <summary>A called sidecar in another process of this machine.</summary>
internal sealed class RemoteCallee(PeerAddress address, HttpMessageInvoker client, Tracing tracing) : ICallee
{
    /// <inheritdoc />
    public string AppId => address.AppId;

    /// <inheritdoc />
    public bool IsAvailable => true;

    /// <inheritdoc />
    public async Task<InvocationResult> InvokeAsync(AppRequest request, string method, TraceContext trace, CancellationToken cancellationToken)
    {
        request.RequestUri = AppHttp.Verbatim(address.Url.GetLeftPart(UriPartial.Authority) + request.Path);
        request.Headers.Remove(PeerApi.Token);
        request.Headers.TryAddWithoutValidation(PeerApi.Token, address.Token);
        ForwardedHeaders.SetTrace(request, tracing.Header(trace), trace.TraceState);
        try
        {
            return Read(await client.SendAsync(request, cancellationToken));
        }
        catch (HttpRequestException exception)
        {
            return Unavailable(TransportError.DescribeGrpc(request.RequestUri, exception));
        }
    }

    /// <inheritdoc />
    public Span? StartProxied(string method, string caller, TraceContext trace) => null;

    /// <inheritdoc />
    public GrpcApp? FindGrpc(string method, out GrpcStatus? refusal)
    {
        refusal = new GrpcStatus(GrpcCode.Unimplemented, $"app {AppId} has its sidecar in another process, to which gRPC calls are not proxied: use InvokeService, or run both apps under one host");
        return null;
    }

    private static InvocationResult Unavailable(string problem) => new(null, "rpc error: code = Unavailable desc = " + problem);

    private InvocationResult Read(HttpResponseMessage response)
    {
        var headers = response.Headers.NonValidated;
        if (!headers.TryGetValues(PeerApi.Callee, out var callee) || callee.ToString() != AppId)
        {
            response.Dispose();
            return Unavailable($"the sidecar of app {AppId} is no longer at {address.Url}");
        }

        if (headers.TryGetValues(PeerApi.Error, out var error))
        {
            var result = new InvocationResult(null, Uri.UnescapeDataString(error.ToString()), (int)response.StatusCode) { IsPermanent = headers.Contains(PeerApi.Permanent) };
            response.Dispose();
            return result;
        }

        response.Headers.Remove(PeerApi.Callee);
        return new InvocationResult(response);
    }
}
