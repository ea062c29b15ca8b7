using Dapr.Proto.Common.V1;
using Sidecar.Api.Http;

namespace Sidecar.Invocation;

/// <summary>
/// A request on its way to an app, with what calls need of it beyond HTTP. Not in the options of the message, which are a dictionary of its own for every request.
/// </summary>
/// <param name="path">Path and query, encoded; a request for an endpoint gets its whole address later.</param>
internal sealed class AppRequest(HttpMethod method, string path) : HttpRequestMessage(method, (Uri?)null)
{
    /// <summary>Path and query for the app.</summary>
    public string Path { get; } = path;

    /// <summary>The Connection header of the original request, which gRPC apps get as metadata.</summary>
    public string? Connection { get; init; }

    /// <summary>The request as a gRPC caller made it; it reaches a gRPC app as it is.</summary>
    public InvokeRequest? Original { get; init; }

    /// <summary>Why it cannot be made over HTTP, or null: that needs a verb, and one that is not for proxies, and has no place for some texts.</summary>
    public string? Problem =>
        Original is { HttpExtension: null } ? "rpc error: code = InvalidArgument desc = missing HTTP extension field"
        : Method == HttpMethod.Connect || Original is { HttpExtension.Verb: HTTPExtension.Types.Verb.None } ? "rpc error: code = InvalidArgument desc = invalid HTTP verb"
        : Original is null ? null
        : Original.HttpExtension.Querystring.Any(c => c is < ' ' or '\u007f') ? "net/url: invalid control character in URL"
        : FieldValue.IsValid(Original.ContentType) ? null
        : FieldValue.Problem("Content-Type");
}
