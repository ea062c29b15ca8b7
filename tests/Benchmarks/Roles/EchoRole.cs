using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Benchmarks.Roles;

/// <summary>The yardstick of gRPC calls: Kestrel's HTTP/2 sends a call's frame back, with a status in the trailers.</summary>
internal sealed class EchoRole() : EndpointRole(HttpProtocols.Http2)
{
    public const string Name = "echo";

    protected override async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Request.Body.CopyToAsync(context.Response.Body);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
