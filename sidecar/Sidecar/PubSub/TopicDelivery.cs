using Microsoft.Extensions.Logging;
using Sidecar.Cel;
using Sidecar.Resiliency;

namespace Sidecar.PubSub;

/// <summary>
/// Delivers the messages of one subscription: reads the event, drops the expired, finds the route, posts under the inbound policy. A message
/// ends in exactly one way: the app took it, the app dropped it, it is in the dead letter topic, or the broker keeps it. A stop never dead-letters.
/// </summary>
internal sealed partial class TopicDelivery(Subscription subscription, LoadedBroker broker, IAppDelivery app, ILogger logger, TimeProvider time, Func<string> newId, Func<CancellationToken, Task>? appAvailable = null)
{
    private static readonly TimeSpan DeadLetterTimeout = TimeSpan.FromSeconds(30);
    private readonly BulkGathering? _bulk = subscription.Bulk is { } limits ? new BulkGathering(limits, broker.Broker.DeliversOneByOne, broker.Inbound, app, time, broker.Metrics) : null;

    public async Task<DeliveryOutcome> HandleAsync(BrokerMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await DeliverAsync(message, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return DeliveryOutcome.Abandoned;
        }
        catch (Exception exception)
        {
            // A fault of the sidecar itself must cost neither the message nor the worker.
            LogFault(exception, broker.Name, message.Topic);
            return DeliveryOutcome.Failed;
        }
    }

    private async Task<DeliveryOutcome> DeliverAsync(BrokerMessage message, CancellationToken cancellationToken)
    {
        var data = message.Data;
        CloudEvent? cloudEvent;
        if (subscription.IsRaw)
        {
            cloudEvent = CloudEvent.FromRaw(message, broker.Name, newId());
            data = cloudEvent.ToBytes();
        }
        else if ((cloudEvent = CloudEvent.Parse(data, out var problem)) is null)
        {
            LogNotUnderstood(broker.Name, message.Topic, problem!);
            return await DeadLetterAsync(message, DeliveryOutcome.Failed, cancellationToken);
        }

        if (cloudEvent.HasExpired(time.GetUtcNow()))
        {
            LogExpired(broker.Name, message.Topic, cloudEvent["id"]);
            return await DeadLetterAsync(message, DeliveryOutcome.Done, cancellationToken);
        }

        return Find(cloudEvent) is { } route
            ? await PostAsync(new AppEvent(subscription, route.Path, message, data, cloudEvent, _bulk is null ? "" : newId()), cancellationToken)
            : await DeadLetterAsync(message, DeliveryOutcome.Done, cancellationToken);
    }

    // A rule that cannot be evaluated over this event does not match; the next one and the default still get their chance.
    private Route? Find(CloudEvent cloudEvent)
    {
        foreach (var route in subscription.Routes)
        {
            try
            {
                if (route.Expression is null || route.Expression.Matches(cloudEvent.ToJson()))
                {
                    return route;
                }
            }
            catch (CelEvaluationException exception)
            {
                LogRule(route.Match, subscription.Topic, exception.Message);
            }
        }

        return null;
    }

    private async Task<DeliveryOutcome> PostAsync(AppEvent appEvent, CancellationToken cancellationToken)
    {
        // While a health check says that the app is unhealthy, the broker keeps the message.
        if (appAvailable is not null)
        {
            await appAvailable(cancellationToken);
        }

        AppAnswer answer;
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        try
        {
            answer = await (_bulk?.PostAsync(appEvent, cancellationToken) ?? broker.Inbound.ExecuteAsync(token => app.PostAsync(appEvent, token), Judge, cancellationToken));
        }
        catch (Exception exception) when (exception is CircuitOpenException or TimeoutException)
        {
            answer = new AppAnswer(AppVerdict.Retry, 0, exception.Message);
        }

        cancellationToken.ThrowIfCancellationRequested();
        Count(appEvent, answer, began);
        switch (answer.Verdict)
        {
            case AppVerdict.Success:
                return DeliveryOutcome.Done;
            case AppVerdict.Ignore:
                LogDropped(broker.Name, appEvent.Message.Topic, appEvent.Event["id"], answer.Detail);
                return DeliveryOutcome.Done;
            case AppVerdict.Drop:
                LogDropped(broker.Name, appEvent.Message.Topic, appEvent.Event["id"], answer.Detail);
                return await DeadLetterAsync(appEvent.Message, DeliveryOutcome.Done, cancellationToken);
            default:
                LogFailed(broker.Name, appEvent.Message.Topic, appEvent.Event["id"], answer.Detail);
                return await DeadLetterAsync(appEvent.Message, DeliveryOutcome.Failed, cancellationToken);
        }
    }

    // A bulk delivery is counted as a whole. An app that drops an event has done what it should; one without the route has not.
    private void Count(AppEvent appEvent, AppAnswer answer, long began)
    {
        if (_bulk is null)
        {
            var (process, status) = answer switch
            {
                { Verdict: AppVerdict.Success } => ("success", "success"),
                { Verdict: AppVerdict.Drop, Status: 0 } => ("drop", "success"),
                { Verdict: AppVerdict.Drop or AppVerdict.Ignore } => ("drop", "drop"),
                _ => ("retry", "retry"),
            };
            broker.Metrics?.Delivered(broker.Name, appEvent.Message.Topic, process, status, began);
        }
    }

    private static AttemptOutcome Judge(AppAnswer answer) => answer.Verdict == AppVerdict.Retry ? new AttemptOutcome(true, answer.Status) : AttemptOutcome.Success;

    // Without a dead letter topic the message ends as the caller says; with one that cannot be reached, the broker keeps it.
    private async Task<DeliveryOutcome> DeadLetterAsync(BrokerMessage message, DeliveryOutcome without, CancellationToken cancellationToken)
    {
        if (subscription.DeadLetterTopic is not { } topic)
        {
            return without;
        }

        if (!broker.Scopes.MayPublish(topic))
        {
            LogDeadLetter(topic, message.Topic, "the app may not publish to it");
            return DeliveryOutcome.Failed;
        }

        using var deadline = new CancellationTokenSource(DeadLetterTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await broker.PublishAsync(message with { Topic = topic }, linked.Token);
            return DeliveryOutcome.Done;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogDeadLetter(topic, message.Topic, exception.Message);
            return DeliveryOutcome.Failed;
        }
    }

    [LoggerMessage(3301, LogLevel.Warning, "A message of {PubSub}/{Topic} is no event: {Problem}")]
    private partial void LogNotUnderstood(string pubSub, string topic, string problem);

    [LoggerMessage(3302, LogLevel.Warning, "Event {Id} of {PubSub}/{Topic} has expired")]
    private partial void LogExpired(string pubSub, string topic, string? id);

    [LoggerMessage(3303, LogLevel.Warning, "Rule '{Rule}' of topic {Topic} cannot be evaluated and does not match: {Problem}")]
    private partial void LogRule(string rule, string topic, string problem);

    [LoggerMessage(3304, LogLevel.Warning, "The app dropped event {Id} of {PubSub}/{Topic}: {Detail}")]
    private partial void LogDropped(string pubSub, string topic, string? id, string detail);

    [LoggerMessage(3305, LogLevel.Warning, "Delivery of event {Id} of {PubSub}/{Topic} failed: {Detail}")]
    private partial void LogFailed(string pubSub, string topic, string? id, string detail);

    [LoggerMessage(3306, LogLevel.Error, "Could not publish to the dead letter topic {DeadLetterTopic} of {Topic}, the message is kept: {Problem}")]
    private partial void LogDeadLetter(string deadLetterTopic, string topic, string problem);

    [LoggerMessage(3307, LogLevel.Error, "Delivering a message of {PubSub}/{Topic} failed inside the sidecar, the message is kept")]
    private partial void LogFault(Exception exception, string pubSub, string topic);
}
