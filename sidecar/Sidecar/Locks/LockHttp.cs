using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.Locks;

/// <summary>What the two lock calls have in common over HTTP.</summary>
internal static class LockHttp
{
    public static async Task HandleAsync(HttpContext context, string rest, Func<string, LockRequest, Task<(LockFailure? Failure, string Answer)>> call)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || rest.Length == 0 || rest.Contains('/', StringComparison.Ordinal))
        {
            await ApiError.NoRoute.WriteAsync(context);
            return;
        }

        if (RequestMetadata.Decode(rest) is not { } store)
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        var (body, _) = await RequestBytes.ReadAsync(context);
        if (LockRequest.Read(body, out var problem) is not { } request)
        {
            await new ApiError(400, "ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {problem}").WriteAsync(context);
            return;
        }

        var (failure, answer) = await call(store, request);
        if (failure is not null)
        {
            await failure.Http.WriteAsync(context);
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer), context.RequestAborted);
    }
}
