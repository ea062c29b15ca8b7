using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Sidecar.Security;

namespace Sidecar.Api.Grpc;

/// <summary>The gRPC API of one sidecar: token, then the building block by the whole path.</summary>
internal sealed class GrpcDispatcher(IEnumerable<KeyValuePair<string, RequestDelegate>> methods, ApiToken token)
{
    private readonly FrozenDictionary<string, RequestDelegate> _methods = methods.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Answers a request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (!token.Accepts(context.Request))
        {
            return GrpcServer.RefuseAsync(context, new GrpcStatus(GrpcCode.Unauthenticated, "Unauthorized"));
        }

        return GrpcServer.IsGrpc(context.Request) && _methods.TryGetValue(context.Request.Path.Value ?? "", out var method)
            ? method(context)
            : GrpcServer.RefuseAsync(context);
    }
}
