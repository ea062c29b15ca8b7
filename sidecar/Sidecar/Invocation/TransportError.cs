using System.Net.Sockets;
using Sidecar.Api.Http;

namespace Sidecar.Invocation;

/// <summary>Failures of a connection to an app, in daprd's words, which clients and people know.</summary>
internal static class TransportError
{
    /// <summary>E.g. <c>Get "http://127.0.0.1:5101/x": dial tcp 127.0.0.1:5101: connect: connection refused</c>.</summary>
    public static string Describe(HttpRequestMessage request, Exception exception)
    {
        var verb = request.Method.Method;
        var url = request.RequestUri!;
        return $"{verb[..1]}{verb[1..].ToLowerInvariant()} \"{url.OriginalString}\": {Reason(url, exception)}";
    }

    /// <summary>The same for a call over gRPC.</summary>
    public static string DescribeGrpc(Uri url, Exception exception) =>
        Reason(url, exception) is var reason && reason.StartsWith("dial", StringComparison.Ordinal)
            ? $"connection error: desc = \"transport: Error while dialing: {reason}\""
            : $"error reading from server: {reason}";

    /// <summary>True when nobody listens: the request has not left.</summary>
    public static bool IsRefused(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
            {
                return true;
            }
        }

        return false;
    }

    private static string Reason(Uri url, Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case BodyTooLargeException:
                    return cause.Message;
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"dial tcp {url.Host}:{url.Port}: connect: connection refused";
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return "EOF";
                case SocketException { SocketErrorCode: SocketError.ConnectionReset }:
                    return "read: connection reset by peer";
            }
        }

        return exception.Message;
    }
}
