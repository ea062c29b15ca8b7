using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Sidecar.Api.Http;
using Sidecar.Bindings;
using Sidecar.Telemetry;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Calls of output bindings over gRPC; the answer's metadata travel beside the message, too.</summary>
internal sealed class BindingGrpcApi(OutputBindings outputs, Tracing tracing) : IGrpcApi
{
    public IReadOnlyList<GrpcMethod> Methods => [DaprMethod.Unary<InvokeBindingRequest, InvokeBindingResponse>("InvokeBinding", InvokeAsync)];

    private async Task<InvokeBindingResponse> InvokeAsync(InvokeBindingRequest request, GrpcCall call)
    {
        var result = await outputs.InvokeAsync(request.Name, new BindingRequest(request.Operation, request.Data.Memory, Metadata(request, call)), call.Cancellation);
        foreach (var (name, value) in result.Response?.Metadata ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            call.AddMetadata("metadata." + name.ToLowerInvariant(), value);
        }

        if (result.Error is not null)
        {
            throw GrpcErrors.From(new ApiError(500, "ERR_INVOKE_OUTPUT_BINDING", $"error invoking output binding {request.Name}: {result.Error}"), GrpcCode.Internal);
        }

        var response = new InvokeBindingResponse();
        if (result.Response is { } answer)
        {
            response.Data = ByteString.CopyFrom(answer.Data.Span);
            response.Metadata.Add(answer.Metadata.ToDictionary(StringComparer.Ordinal));
        }

        return response;
    }

    // The call's own context goes along; what the request says itself is kept.
    private Dictionary<string, string> Metadata(InvokeBindingRequest request, GrpcCall call)
    {
        var metadata = request.Metadata.ToDictionary(StringComparer.Ordinal);
        var trace = tracing.Of(call.Context);
        if (tracing.Header(trace) is { } traceParent)
        {
            metadata.TryAdd("traceparent", traceParent);
        }

        if (trace.TraceState.Length > 0)
        {
            metadata.TryAdd("tracestate", trace.TraceState);
        }

        if (call.Metadata("baggage") is { } baggage)
        {
            metadata["baggage"] = baggage;
        }

        return metadata;
    }
}
