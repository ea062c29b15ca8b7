using System.Collections.Concurrent;
using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Grpc;

namespace Sidecar.PubSub;

/// <summary>
/// Brings events to a client that holds a stream open and waits for its word on each. Invariant: an event under way ends by the
/// client's word or by the end of the stream, and the latter means again, so that nothing is lost with a connection.
/// </summary>
internal sealed class StreamDelivery(GrpcCall call) : IAppDelivery, IDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<AppAnswer>> _waiting = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly CancellationTokenSource _closed = new();

    /// <inheritdoc />
    public async Task<AppAnswer> PostAsync(AppEvent appEvent, CancellationToken cancellationToken)
    {
        var message = TopicEvents.From(appEvent);
        var answer = new TaskCompletionSource<AppAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!_waiting.TryAdd(message.Id, answer))
        {
            // The same event twice at once: the second waits for the first to be answered, or one word would count for both.
            await (_waiting.TryGetValue(message.Id, out var first) ? first.Task.WaitAsync(cancellationToken) : Task.CompletedTask);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        try
        {
            await SendAsync(new SubscribeTopicEventsResponseAlpha1 { EventMessage = message }, either.Token);
            return await answer.Task.WaitAsync(either.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
        {
            return new AppAnswer(AppVerdict.Retry, 0, "the client closed its stream before it answered");
        }
        finally
        {
            _waiting.TryRemove(KeyValuePair.Create(message.Id, answer));
            answer.TrySetResult(new AppAnswer(AppVerdict.Retry, 0, "not answered"));
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<AppAnswer>> PostBulkAsync(IReadOnlyList<AppEvent> events, CancellationToken cancellationToken) =>
        throw new NotSupportedException("a stream carries its events one by one");

    /// <summary>Subscribes and then says so to the client; events that come meanwhile wait.</summary>
    public async Task OpenAsync(Func<Task> subscribe)
    {
        await _writer.WaitAsync(call.Cancellation);
        try
        {
            await subscribe();
            await call.WriteAsync(new SubscribeTopicEventsResponseAlpha1 { InitialResponse = new SubscribeTopicEventsResponseInitialAlpha1() });
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Sends one message; messages of deliveries in parallel never interleave.</summary>
    private async Task SendAsync(SubscribeTopicEventsResponseAlpha1 message, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await call.WriteAsync(message);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>The client's word on an event; one for an event that is not under way counts for nothing.</summary>
    public void Settle(SubscribeTopicEventsRequestProcessedAlpha1 processed)
    {
        if (_waiting.TryGetValue(processed.Id, out var answer))
        {
            answer.TrySetResult(GrpcAppDelivery.Verdict(processed.Status?.Status ?? TopicEventResponse.Types.TopicEventResponseStatus.Success));
        }
    }

    /// <summary>The stream has ended: what is under way is not answered any more.</summary>
    public void Close() => _closed.Cancel();

    /// <inheritdoc />
    public void Dispose()
    {
        _closed.Dispose();
        _writer.Dispose();
    }
}
