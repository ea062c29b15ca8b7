using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Dapr.Common.Rpc;

/// <summary>Reads the outcome of a call from its headers or trailers.</summary>
internal static class RpcStatus
{
    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";

    /// <summary>Throws for an answer that is not gRPC, or that is over with an error before it began (trailers only).</summary>
    /// <returns>Whether the call is over with OK and no message follows.</returns>
    internal static bool CheckHeaders(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new RpcException(FromHttp(response.StatusCode), $"Bad gRPC response. HTTP status code: {(int)response.StatusCode}");
        }

        if (response.Content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new RpcException(RpcStatusCode.Cancelled, $"Bad gRPC response. Invalid content-type value: {response.Content.Headers.ContentType}");
        }

        return TryRead(response.Headers, out var status, out var message) && ThrowUnlessOk(status, message);
    }

    /// <summary>Throws unless the trailers say OK.</summary>
    internal static void CheckTrailers(HttpResponseMessage response)
    {
        if (!TryRead(response.TrailingHeaders, out var status, out var message))
        {
            throw new RpcException(RpcStatusCode.Cancelled, "No grpc-status found on response.");
        }

        ThrowUnlessOk(status, message);
    }

    private static bool ThrowUnlessOk(RpcStatusCode status, string message) => status == RpcStatusCode.Ok ? true : throw new RpcException(status, message);

    private static bool TryRead(HttpResponseHeaders headers, out RpcStatusCode status, out string message)
    {
        status = RpcStatusCode.Unknown;
        message = headers.NonValidated.TryGetValues(MessageHeader, out var text) ? Uri.UnescapeDataString(text.ToString()) : string.Empty;
        if (!headers.NonValidated.TryGetValues(StatusHeader, out var values))
        {
            return false;
        }

        if (int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) && Enum.IsDefined((RpcStatusCode)code))
        {
            status = (RpcStatusCode)code;
        }

        return true;
    }

    private static RpcStatusCode FromHttp(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => RpcStatusCode.Internal,
        HttpStatusCode.Unauthorized => RpcStatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => RpcStatusCode.PermissionDenied,
        HttpStatusCode.NotFound => RpcStatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => RpcStatusCode.Unavailable,
        _ => RpcStatusCode.Unknown,
    };
}
