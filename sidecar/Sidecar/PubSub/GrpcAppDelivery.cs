using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Grpc;
using Sidecar.Invocation;
using Sidecar.Telemetry;

namespace Sidecar.PubSub;

/// <summary>Brings events to an app of protocol gRPC. An app without the call drops what it gets; any other failure means again.</summary>
internal sealed class GrpcAppDelivery(GrpcApp app, Tracing tracing, TimeProvider time, Func<string> newId) : IAppDelivery
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    public async Task<AppAnswer> PostAsync(AppEvent appEvent, CancellationToken cancellationToken)
    {
        using var span = tracing.StartDelivery(appEvent.Message.Topic, appEvent.Event.Trace);
        using var deadline = new CancellationTokenSource(AttemptTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var trace = Tracing.ContextOf(span, appEvent.Event.Trace);
        var metadata = appEvent.Message.Metadata.Select(pair => (pair.Key, pair.Value)).Append(("pubsubName", appEvent.Subscription.PubSub));
        if (GrpcTraceContext.FromTraceParent(trace.TraceParent) is { } binary)
        {
            metadata = metadata.Append((GrpcTraceContext.Header, binary));
        }

        try
        {
            return await (appEvent.Subscription.Bulk ? CallBulkAsync(appEvent, [.. metadata], linked.Token) : CallAsync(appEvent, metadata, linked.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new AppAnswer(AppVerdict.Retry, 0, $"the app did not answer within {AttemptTimeout.TotalMinutes:0} min");
        }
    }

    private async Task<AppAnswer> CallAsync(AppEvent appEvent, IEnumerable<(string Name, string Value)> metadata, CancellationToken cancellationToken)
    {
        var answer = await app.CallAsync<TopicEventRequest, TopicEventResponse>(GrpcApp.Callback + "OnTopicEvent", TopicEvents.From(appEvent), metadata, cancellationToken);
        return answer.Message is { } message ? Verdict(message.Status) : Failed(answer.Status);
    }

    // The call has a stable name and an older one; an app may have either.
    private async Task<AppAnswer> CallBulkAsync(AppEvent appEvent, IReadOnlyList<(string Name, string Value)> metadata, CancellationToken cancellationToken)
    {
        const string Older = "/dapr.proto.runtime.v1.AppCallbackAlpha/OnBulkTopicEventAlpha1";
        var request = TopicEvents.Bulk(appEvent, newId(), newId());
        var answer = await app.CallAsync<TopicEventBulkRequest, TopicEventBulkResponse>(GrpcApp.Callback + "OnBulkTopicEvent", request, metadata, cancellationToken);
        if (answer.Status.Code == GrpcCode.Unimplemented)
        {
            answer = await app.CallAsync<TopicEventBulkRequest, TopicEventBulkResponse>(Older, request, metadata, cancellationToken);
        }

        return answer.Message is not { } message ? Failed(answer.Status)
            : message.Statuses is [var first, ..] ? Verdict(first.Status)
            : new AppAnswer(AppVerdict.Retry, 0, "no status");
    }

    private static AppAnswer Failed(GrpcStatus status) => status.Code == GrpcCode.Unimplemented
        ? new AppAnswer(AppVerdict.Drop, 0, "the app has no such call (UNIMPLEMENTED)")
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
