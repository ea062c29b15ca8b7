using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Invocation;
using Sidecar.Telemetry;

namespace Sidecar.PubSub;

/// <summary>Brings events to an app of protocol gRPC. An app without the call drops what it gets; any other failure means again.</summary>
internal sealed class GrpcAppDelivery(GrpcApp app, Tracing tracing, TimeProvider time, Func<string> newId) : IAppDelivery
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(5);
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <inheritdoc />
    public async Task<AppAnswer> PostAsync(AppEvent appEvent, CancellationToken cancellationToken)
    {
        using var span = tracing.StartDelivery(appEvent.Message.Topic, appEvent.Event.Trace);
        var metadata = Metadata(appEvent, Tracing.ContextOf(span, appEvent.Event.Trace), appEvent.Message.Metadata);
        var (answer, problem) = await CallAsync<TopicEventRequest, TopicEventResponse>(GrpcApp.Callback + "OnTopicEvent", TopicEvents.From(appEvent), metadata, cancellationToken);
        return problem ?? (answer!.Message is { } message ? Verdict(message.Status) : Failed(answer.Status, AppVerdict.Drop));
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<AppAnswer>> PostBulkAsync(IReadOnlyList<AppEvent> events, CancellationToken cancellationToken)
    {
        // The call has a stable name and an older one; an app may have either.
        const string Older = "/dapr.proto.runtime.v1.AppCallbackAlpha/OnBulkTopicEventAlpha1";
        var spans = events.Select(appEvent => tracing.StartDelivery(appEvent.Message.Topic, appEvent.Event.Trace)).ToList();
        try
        {
            var request = TopicEvents.Bulk(events, newId());
            var metadata = Metadata(events[0], Tracing.ContextOf(spans[^1], events[^1].Event.Trace), NoMetadata);
            var (answer, problem) = await CallAsync<TopicEventBulkRequest, TopicEventBulkResponse>(GrpcApp.Callback + "OnBulkTopicEvent", request, metadata, cancellationToken);
            if (answer?.Status.Code == GrpcCode.Unimplemented)
            {
                (answer, problem) = await CallAsync<TopicEventBulkRequest, TopicEventBulkResponse>(Older, request, metadata, cancellationToken);
            }

            return problem is not null ? BulkEnvelope.All(events, problem)
                : answer!.Message is { } message ? Read(events, message)
                : BulkEnvelope.All(events, Failed(answer.Status, AppVerdict.Ignore));
        }
        finally
        {
            spans.ForEach(span => span?.Dispose());
        }
    }

    private static IReadOnlyList<AppAnswer> Read(IReadOnlyList<AppEvent> events, TopicEventBulkResponse message)
    {
        var statuses = new Dictionary<string, TopicEventResponse.Types.TopicEventResponseStatus>(StringComparer.Ordinal);
        foreach (var entry in message.Statuses)
        {
            statuses[entry.EntryId] = entry.Status;
        }

        return [.. events.Select(appEvent => statuses.TryGetValue(appEvent.EntryId, out var status) ? Verdict(status) : new AppAnswer(AppVerdict.Retry, 0, "no status"))];
    }

    private static List<(string Name, string Value)> Metadata(AppEvent first, TraceContext trace, IReadOnlyDictionary<string, string> published)
    {
        List<(string, string)> metadata = [.. published.Select(pair => (pair.Key, pair.Value)), ("pubsubName", first.Subscription.PubSub)];
        if (GrpcTraceContext.FromTraceParent(trace.TraceParent) is { } binary)
        {
            metadata.Add((GrpcTraceContext.Header, binary));
        }

        return metadata;
    }

    private async Task<(GrpcAnswer<TResponse>? Answer, AppAnswer? Problem)> CallAsync<TRequest, TResponse>(string method, TRequest request, IEnumerable<(string Name, string Value)> metadata, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        using var deadline = new CancellationTokenSource(AttemptTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return (await app.CallAsync<TRequest, TResponse>(method, request, metadata, linked.Token), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new AppAnswer(AppVerdict.Retry, 0, $"the app did not answer within {AttemptTimeout.TotalMinutes:0} min"));
        }
    }

    private static AppAnswer Failed(GrpcStatus status, AppVerdict unimplemented) => status.Code == GrpcCode.Unimplemented
        ? new AppAnswer(unimplemented, 0, "the app has no such call (UNIMPLEMENTED)")
        : new AppAnswer(AppVerdict.Retry, (int)status.Code, $"{status.Code}: {status.Message}");

    /// <summary>What a status of the app means.</summary>
    internal static AppAnswer Verdict(TopicEventResponse.Types.TopicEventResponseStatus status) => status switch
    {
        TopicEventResponse.Types.TopicEventResponseStatus.Success => new AppAnswer(AppVerdict.Success, 0, ""),
        TopicEventResponse.Types.TopicEventResponseStatus.Drop => new AppAnswer(AppVerdict.Drop, 0, "DROP"),
        TopicEventResponse.Types.TopicEventResponseStatus.Retry => new AppAnswer(AppVerdict.Retry, 0, "RETRY"),
        _ => new AppAnswer(AppVerdict.Retry, 0, "unknown status"),
    };
}
