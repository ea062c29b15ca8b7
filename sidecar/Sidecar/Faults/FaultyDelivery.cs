using Sidecar.PubSub;

namespace Sidecar.Faults;

/// <summary>Deliveries of events with the faults of their topics: what an app would see of a bad network, and the broker of a bad app.</summary>
internal sealed class FaultyDelivery(IAppDelivery inner, FaultInjection faults, string appId, TimeProvider time) : IAppDelivery
{
    /// <inheritdoc />
    public Task<AppAnswer> PostAsync(AppEvent appEvent, CancellationToken cancellationToken) =>
        faults.IsOn && faults.At(new FaultTarget(FaultPlace.Topic, appId, appEvent.Message.Topic, appEvent.Subscription.PubSub)) is { } fault
            ? fault.RunAsync(() => inner.PostAsync(appEvent, cancellationToken), error => new AppAnswer(AppVerdict.Retry, error.Status, error.Text), time, cancellationToken)
            : inner.PostAsync(appEvent, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<AppAnswer>> PostBulkAsync(IReadOnlyList<AppEvent> events, CancellationToken cancellationToken) =>
        faults.IsOn && faults.At(new FaultTarget(FaultPlace.Topic, appId, events[0].Message.Topic, events[0].Subscription.PubSub)) is { } fault
            ? fault.RunAsync(() => inner.PostBulkAsync(events, cancellationToken), error => BulkEnvelope.All(events, new AppAnswer(AppVerdict.Retry, error.Status, error.Text)), time, cancellationToken)
            : inner.PostBulkAsync(events, cancellationToken);
}
