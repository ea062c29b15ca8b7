using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.Conversation;

/// <summary><c>POST /v1.0-alpha1/conversation/NAME/converse</c> and its second version.</summary>
internal sealed class ConversationHttpApi : IHttpApi
{
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0-alpha1/conversation", "v1.0-alpha2/conversation"];

    public async Task HandleAsync(HttpContext context, string rest)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || rest.Split('/') is not [{ Length: > 0 } encoded, "converse"])
        {
            await ApiError.NoRoute.WriteAsync(context);
            return;
        }

        if (RequestMetadata.Decode(encoded) is not { } name)
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        await (await ReadAsync(context) ?? ConversationErrors.NotFound(name)).WriteAsync(context);
    }

    private static async Task<ApiError?> ReadAsync(HttpContext context)
    {
        var (body, complete) = await RequestBytes.ReadAsync(context);
        if (!complete)
        {
            return new ApiError(400, "ERR_BODY_READ", "failed to read request body: stream too large");
        }

        using var message = ProtoJson.Parse(body, out var problem);
        return body.Length == 0 || message is not null ? null : new ApiError(400, "ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {problem}");
    }
}
