using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;

namespace Sidecar.Conversation;

/// <summary>Conversation: the API of language models. The sidecar has no component of the kind, and says so as daprd does without one.</summary>
internal sealed class ConversationBuildingBlock : IBuildingBlock, IGrpcApi
{
    public IEnumerable<IHttpApi> HttpApis { get; } = [new ConversationHttpApi()];

    public IEnumerable<IGrpcApi> GrpcApis => [this];

    public IReadOnlyList<GrpcMethod> Methods { get; } =
    [
        DaprMethod.Unary<ConversationRequest, ConversationResponse>("ConverseAlpha1", (request, _) => throw NotFound(request.Name)),
        DaprMethod.Unary<ConversationRequestAlpha2, ConversationResponseAlpha2>("ConverseAlpha2", (request, _) => throw NotFound(request.Name)),
    ];

    public static IBuildingBlock Create(RuntimeServices services) => new ConversationBuildingBlock();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static GrpcException NotFound(string name) => GrpcErrors.Plain(ConversationErrors.NotFound(name), GrpcCode.InvalidArgument);
}
