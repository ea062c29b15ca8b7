using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Grpc;

/// <summary>The conversation API without a component of the kind.</summary>
public sealed class ConversationTests
{
    [Theory]
    [InlineData("/v1.0-alpha1/conversation/bot/converse", "{}", "ERR_CONVERSATION_NOT_FOUND", "failed finding conversation component bot")]
    [InlineData("/v1.0-alpha2/conversation/bot/converse", "", "ERR_CONVERSATION_NOT_FOUND", "failed finding conversation component bot")]
    [InlineData("/v1.0-alpha1/conversation/bot/converse", "[]", "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: proto: syntax error (line 1:1): unexpected token [")]
    public async Task Converse_OverHttp_Is400(string path, string body, string code, string message)
    {
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null);

        var (status, answer, _) = await sidecar.SendAsync("POST", path, body);

        (status, answer).Should().Be((400, $$"""{"errorCode":"{{code}}","message":"{{message}}"}"""));
    }

    [Fact]
    public async Task Converse_OverGrpc_IsAnInvalidArgument()
    {
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        var act = () => client.CallAsync<ConversationRequest, ConversationResponse>("/dapr.proto.runtime.v1.Dapr/ConverseAlpha1", new ConversationRequest { Name = "bot" });

        (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Should().BeEquivalentTo(new GrpcStatus(GrpcCode.InvalidArgument, "failed finding conversation component bot"));
    }
}
