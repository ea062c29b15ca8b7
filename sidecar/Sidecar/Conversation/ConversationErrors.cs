using Sidecar.Api.Http;

namespace Sidecar.Conversation;

/// <summary>The errors of the conversation API, as daprd words them.</summary>
internal static class ConversationErrors
{
    public static ApiError NotFound(string name) => new(400, "ERR_CONVERSATION_NOT_FOUND", $"failed finding conversation component {name}");
}
