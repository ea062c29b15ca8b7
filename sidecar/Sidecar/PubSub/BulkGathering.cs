using System.Diagnostics;
using Sidecar.Components;
using Sidecar.Resiliency;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.PubSub;

/// <summary>
/// Gathers the events of a bulk subscription into deliveries of several: as many as are allowed, or as come within the wait that the first of them
/// begins. The inbound policy is about the delivery; a repetition carries only the events that the app has not settled. Invariant: every event that
/// is handed in gets its answer, its delivery's fault or its cancellation.
/// </summary>
/// <param name="oneByOne">The broker hands out an event only after the one before is settled: waiting for more would be in vain.</param>
internal sealed class BulkGathering(BulkSubscribeSpec limits, bool oneByOne, IPolicy policy, IAppDelivery app, TimeProvider time, ComponentMetrics? metrics = null)
{
    private const int DefaultCount = 100;
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(1);
    private readonly int _count = oneByOne ? 1 : limits.MaxMessagesCount > 0 ? limits.MaxMessagesCount : DefaultCount;
    private readonly TimeSpan _wait = limits.MaxAwaitDurationMs > 0 ? TimeSpan.FromMilliseconds(limits.MaxAwaitDurationMs) : DefaultWait;
    private readonly Lock _gate = new();
    private List<Waiting> _gathered = [];

    /// <summary>Hands in an event; its answer comes with that of the delivery it goes with.</summary>
    public Task<AppAnswer> PostAsync(AppEvent appEvent, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(appEvent, new TaskCompletionSource<AppAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
        List<Waiting> gathered;
        bool isFirst, isFull;
        lock (_gate)
        {
            gathered = _gathered;
            gathered.Add(waiting);

            // Outside the lock the list may be full by another's event, who then delivers it.
            (isFirst, isFull) = (gathered.Count == 1, gathered.Count >= _count);
            if (isFull)
            {
                _gathered = [];
            }
        }

        if (isFull)
        {
            _ = DeliverAsync(gathered, cancellationToken);
        }
        else if (isFirst)
        {
            _ = DeliverLaterAsync(gathered, cancellationToken);
        }

        return waiting.Answer.Task;
    }

    private async Task DeliverLaterAsync(List<Waiting> gathered, CancellationToken cancellationToken)
    {
        await Task.Delay(_wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (!ReferenceEquals(_gathered, gathered))
            {
                return;
            }

            _gathered = [];
        }

        await DeliverAsync(gathered, cancellationToken);
    }

    private Task DeliverAsync(List<Waiting> gathered, CancellationToken cancellationToken) =>
        Task.WhenAll(gathered.GroupBy(waiting => waiting.Event.Path, StringComparer.Ordinal).Select(route => DeliverRouteAsync([.. route], cancellationToken)));

    private async Task DeliverRouteAsync(List<Waiting> route, CancellationToken cancellationToken)
    {
        var open = route;
        try
        {
            await policy.ExecuteAsync(
                async token =>
                {
                    var began = Stopwatch.GetTimestamp();
                    var answers = await app.PostBulkAsync([.. open.Select(waiting => waiting.Event)], token);
                    metrics?.BulkDelivered(open[0].Event.Message.Topic, answers.Select(WordOf).Distinct(StringComparer.Ordinal), began);
                    foreach (var (waiting, answer) in open.Zip(answers))
                    {
                        waiting.Last = answer;
                        _ = answer.Verdict != AppVerdict.Retry && waiting.Answer.TrySetResult(answer);
                    }

                    open = [.. open.Where(waiting => waiting.Last!.Verdict == AppVerdict.Retry)];
                    return open.Count == 0 ? null : open[0].Last;
                },
                last => last is null ? AttemptOutcome.Success : new AttemptOutcome(true, last.Status),
                cancellationToken);
            open.ForEach(waiting => waiting.Answer.TrySetResult(waiting.Last!));
        }
        catch (Exception exception) when (exception is CircuitOpenException or TimeoutException)
        {
            open.ForEach(waiting => waiting.Answer.TrySetResult(new AppAnswer(AppVerdict.Retry, 0, exception.Message)));
        }
        catch (Exception exception)
        {
            // Each event's own delivery ends with it, and says so.
            open.ForEach(waiting => waiting.Answer.TrySetException(exception));
        }
    }

    private static string WordOf(AppAnswer answer) => answer.Verdict switch
    {
        AppVerdict.Success => "SUCCESS",
        AppVerdict.Retry => "RETRY",
        _ => "DROP",
    };

    private sealed class Waiting(AppEvent appEvent, TaskCompletionSource<AppAnswer> answer)
    {
        public AppEvent Event { get; } = appEvent;

        public TaskCompletionSource<AppAnswer> Answer { get; } = answer;

        public AppAnswer? Last { get; set; }
    }
}
