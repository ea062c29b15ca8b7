using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Http;

/// <summary>One building block's part of Dapr's HTTP API.</summary>
internal interface IHttpApi
{
    /// <summary>The first path segments it serves below the version, e.g. <c>v1.0/state</c>, <c>v1.0-beta1/workflows</c>; lower case, no slashes at the ends.</summary>
    IReadOnlyList<string> Prefixes { get; }

    /// <summary>Answers a request. <paramref name="rest"/> is the undecoded path behind the prefix without its leading slash, query excluded.</summary>
    Task HandleAsync(HttpContext context, string rest);
}
