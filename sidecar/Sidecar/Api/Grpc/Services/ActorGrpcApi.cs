using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Sidecar.Actors;
using Sidecar.Api.Http;
using Sidecar.Resiliency;
using Sidecar.State;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Actors over gRPC: their methods and their state. The app that hosts them is called over HTTP nevertheless, as in Dapr.</summary>
internal sealed class ActorGrpcApi(RuntimeServices services, Func<ActorsBuildingBlock> block) : IGrpcApi
{
    // What frames the request or is the sidecar's own: never taken from a caller's metadata.
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "host", "connection", "content-type", "content-length", "transfer-encoding", "te", "upgrade", "dapr-api-token", "dapr-caller-app-id", "dapr-caller-namespace", "dapr-api-call",
    };

    public IReadOnlyList<GrpcMethod> Methods =>
    [
        DaprMethod.Unary<InvokeActorRequest, InvokeActorResponse>("InvokeActor", InvokeAsync),
        DaprMethod.Unary<GetActorStateRequest, GetActorStateResponse>("GetActorState", GetStateAsync),
        DaprMethod.Command<ExecuteActorStateTransactionRequest>("ExecuteActorStateTransaction", TransactAsync),
    ];

    private async Task<InvokeActorResponse> InvokeAsync(InvokeActorRequest request, GrpcCall call)
    {
        ActorGrpcErrors.CheckPlacement(services);
        CheckName("actorType", request.ActorType);
        CheckName("actorId", request.ActorId);
        if (ActorNames.CleanMethod(request.Method, out var badMethod) is not { } method)
        {
            throw new GrpcException(GrpcCode.InvalidArgument, $"invalid actor method: {badMethod}");
        }

        if (request.Metadata.FirstOrDefault(pair => !NotForwarded.Contains(pair.Key) && !FieldValue.IsValid(pair.Value)).Key is { } wrong)
        {
            throw ActorGrpcErrors.Of(ActorErrors.Invoke(FieldValue.Problem(wrong)));
        }

        var reentrancy = request.Metadata.FirstOrDefault(pair => pair.Key.Equals(ActorHost.ReentrancyHeader, StringComparison.OrdinalIgnoreCase)).Value;
        var actorCall = new ActorCall(request.ActorType, request.ActorId, method, "", request.Data.Memory, message => Prepare(request, message), string.IsNullOrEmpty(reentrancy) ? null : HeaderText.Write(reentrancy));
        try
        {
            var result = await block().Router.CallAsync(actorCall, services.Tracing.Of(call.Context), call.Cancellation);
            if (result.Failure is { } failure)
            {
                throw ActorGrpcErrors.Of(failure);
            }

            using var response = result.Answer!.Response;
            return new InvokeActorResponse { Data = ByteString.CopyFrom(result.Answer.Body.Span) };
        }
        catch (CircuitOpenException exception)
        {
            throw ActorGrpcErrors.Of(ActorErrors.Invoke(exception.Message));
        }
    }

    private static void CheckName(string field, string name)
    {
        if (ActorNames.Problem(name) is { } problem)
        {
            throw new GrpcException(GrpcCode.InvalidArgument, $"invalid {field}: {problem}");
        }
    }

    // Who calls is said by the sidecar, never by the client.
    private void Prepare(InvokeActorRequest request, HttpRequestMessage message)
    {
        foreach (var (name, text) in request.Metadata.Where(pair => !NotForwarded.Contains(pair.Key)))
        {
            var value = HeaderText.Write(text);
            _ = message.Headers.TryAddWithoutValidation(name, value) || message.Content?.Headers.TryAddWithoutValidation(name, value) == true;
        }

        message.Headers.TryAddWithoutValidation("dapr-caller-app-id", services.AppId);
        message.Headers.TryAddWithoutValidation("dapr-caller-namespace", services.Namespace.Length > 0 ? services.Namespace : "default");
        message.Headers.TryAddWithoutValidation("dapr-api-call", "true");
    }

    private async Task<GetActorStateResponse> GetStateAsync(GetActorStateRequest request, GrpcCall call)
    {
        ActorGrpcErrors.CheckType(services, request.ActorType);
        if (!block().State.Exists)
        {
            throw ActorGrpcErrors.Of(ActorErrors.NoStore);
        }

        StateItem? item;
        try
        {
            item = await block().State.GetAsync(request.ActorType, request.ActorId, request.Key, call.Cancellation);
        }
        catch (Exception exception) when (!call.Cancellation.IsCancellationRequested)
        {
            // Whatever a store's driver throws becomes the API's error.
            throw ActorGrpcErrors.Of(ActorErrors.StateGet(exception.Message));
        }

        var response = new GetActorStateResponse();
        if (item is not null)
        {
            response.Data = ByteString.CopyFrom(item.Data.Span);
            response.Metadata.Add(item.Metadata.ToDictionary(StringComparer.Ordinal));
        }

        return response;
    }

    private async Task TransactAsync(ExecuteActorStateTransactionRequest request, GrpcCall call)
    {
        ActorGrpcErrors.CheckType(services, request.ActorType);
        var unknown = request.Operations.FirstOrDefault(operation => operation.OperationType is not ("upsert" or "delete"));
        if (unknown is not null)
        {
            throw GrpcErrors.From(StateErrors.UnsupportedOperation(unknown.OperationType), GrpcCode.Unimplemented);
        }

        // Values are bytes: what a client wrote is what it reads.
        var changes = request.Operations.Select(operation => new ActorStateChange(
            operation.Key,
            operation.OperationType == "upsert" ? operation.Value?.Value.Memory ?? ReadOnlyMemory<byte>.Empty : null,
            operation.Metadata.ToDictionary(StringComparer.Ordinal)));
        ActorGrpcErrors.Check(await block().State.TransactAsync(request.ActorType, request.ActorId, changes, call.Cancellation));
    }
}
