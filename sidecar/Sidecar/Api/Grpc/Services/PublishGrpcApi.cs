using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Http;
using Sidecar.PubSub;
using Sidecar.Telemetry;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Publishing over gRPC.</summary>
internal sealed class PublishGrpcApi(Publisher publisher, Tracing tracing) : IGrpcApi
{
    public IReadOnlyList<GrpcMethod> Methods =>
    [
        DaprMethod.Command<PublishEventRequest>("PublishEvent", PublishAsync),
        DaprMethod.Unary<BulkPublishRequest, BulkPublishResponse>("BulkPublishEvent", PublishBulkAsync),
        DaprMethod.Unary<BulkPublishRequest, BulkPublishResponse>("BulkPublishEventAlpha1", PublishBulkAsync),
    ];

    private async Task PublishAsync(PublishEventRequest request, GrpcCall call)
    {
        var metadata = request.Metadata.ToDictionary(StringComparer.Ordinal);
        var (broker, raw) = Find(request.PubsubName, request.Topic, metadata);
        var trace = tracing.Of(call.Context);
        if (raw)
        {
            // Bytes that are not wrapped have no attributes to carry the trace.
            metadata["traceid"] = trace.TraceParent;
            metadata["tracestate"] = trace.TraceState;
        }

        var published = new PublishedEvent(request.PubsubName, request.Topic, publisher.AppId, request.DataContentType, request.Data.Memory, metadata, trace);
        if (await publisher.PublishAsync(broker, published, raw, call.Cancellation) is { } error)
        {
            throw Refused(error);
        }
    }

    private async Task<BulkPublishResponse> PublishBulkAsync(BulkPublishRequest request, GrpcCall call)
    {
        var (broker, raw) = Find(request.PubsubName, request.Topic, request.Metadata.ToDictionary(StringComparer.Ordinal));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        if (request.Entries.Any(entry => entry.EntryId.Length == 0 || !ids.Add(entry.EntryId)))
        {
            throw Refused(PubSubErrors.EntryId(request.PubsubName, request.Topic, publisher.AppId));
        }

        var trace = tracing.Of(call.Context);
        using var spans = new EntrySpans(tracing, suffix: "/");
        var entries = request.Entries.Select(entry => (entry.EntryId, Begin(new PublishedEvent(
            request.PubsubName, request.Topic, publisher.AppId, entry.ContentType, entry.Event.Memory, Metadata(request, entry), trace)))).ToList();
        var failed = new List<(string Id, string Error)>();
        var error = await publisher.PublishAsync(broker, request.Topic, entries, raw, failed, call.Cancellation)
            ?? (failed.Count > 0 ? PubSubErrors.Publish(broker.Name, request.Topic, failed[0].Error) : null);
        if (error is null)
        {
            return new BulkPublishResponse();
        }

        var refusal = Refused(error);
        spans.Fail(refusal.Status.Message);
        throw refusal;

        PublishedEvent Begin(PublishedEvent entry) => raw ? entry : spans.Begin(entry);
    }

    // An entry without metadata of its own does not get the request's, as in daprd.
    private static Dictionary<string, string> Metadata(BulkPublishRequest request, BulkPublishRequestEntry entry)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in entry.Metadata.Count > 0 ? request.Metadata.Concat(entry.Metadata) : [])
        {
            metadata[name] = value;
        }

        return metadata;
    }

    private (LoadedBroker Broker, bool Raw) Find(string name, string topic, Dictionary<string, string> metadata)
    {
        if (publisher.Find(name, topic, metadata, out var broker) is { } error)
        {
            throw Refused(error.ErrorCode == "ERR_PUBSUB_NOT_FOUND" ? PubSubErrors.NotFound(name, []) : error);
        }

        return Publisher.ReadRaw(name, metadata, out var raw) is { } problem ? throw Refused(problem) : (broker!, raw);
    }

    private static GrpcException Refused(ApiError error) => GrpcErrors.From(error, error.ErrorCode switch
    {
        "ERR_PUBSUB_FORBIDDEN" => GrpcCode.PermissionDenied,
        "ERR_PUBSUB_PUBLISH_MESSAGE" => GrpcCode.Internal,
        _ => GrpcCode.InvalidArgument,
    });
}
