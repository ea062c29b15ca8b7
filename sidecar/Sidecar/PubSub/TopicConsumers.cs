using System.Collections.Concurrent;
using Sidecar.Reloading;

namespace Sidecar.PubSub;

/// <summary>What becomes of the messages of a topic.</summary>
/// <param name="Key">Who wants them: the same key is the same subscription, whatever broker it is on.</param>
/// <param name="PubSub">The component.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Handler">Makes the handler for a loaded component.</param>
internal sealed record TopicConsumer(object Key, string PubSub, string Topic, Func<LoadedBroker, Func<BrokerMessage, CancellationToken, Task<DeliveryOutcome>>> Handler)
{
    /// <summary>Whether the scopes of the component hold for it; not for the sidecar's own.</summary>
    public bool IsScoped { get; init; } = true;

    /// <summary>Whether there is still somebody for its messages.</summary>
    public Func<bool> IsWanted { get; init; } = static () => true;
}

/// <summary>The subscriptions of a sidecar that run, whoever gets their messages. They move when their component is exchanged.</summary>
internal sealed class TopicConsumers(TimeSpan drainTime, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<object, Running> _running = new(ReferenceEqualityComparer.Instance);

    /// <summary>Starts one.</summary>
    public async Task AddAsync(TopicConsumer consumer, LoadedBroker broker, CancellationToken cancellationToken) =>
        _running[consumer.Key] = await StartAsync(consumer, broker, cancellationToken);

    /// <summary>Stops one at once; what was not answered goes back to the broker.</summary>
    public async Task RemoveAsync(object key)
    {
        if (_running.TryRemove(key, out var running))
        {
            await running.Handle.DisposeAsync();
        }
    }

    /// <summary>Whether one runs.</summary>
    public bool Has(object key) => _running.ContainsKey(key);

    /// <summary>Stops several: takes nothing more for them, waits a while for what is under way, and gives the rest back to the broker.</summary>
    public async Task SuspendAsync(IEnumerable<object> keys)
    {
        var stopped = new List<Running>();
        foreach (var key in keys)
        {
            stopped.AddRange(_running.TryRemove(key, out var running) ? [running] : []);
        }

        await RetireAsync(stopped, CancellationToken.None);
    }

    /// <summary>Prepares to run these, and no others, on these components: what is new or moves is started beside what runs.</summary>
    public async Task<ReloadStep> PrepareAsync(IReadOnlyList<TopicConsumer> wanted, IReadOnlyDictionary<string, LoadedBroker> brokers, CancellationToken cancellationToken)
    {
        var started = new List<Running>();
        var kept = new HashSet<object>(ReferenceEqualityComparer.Instance);
        try
        {
            foreach (var consumer in wanted)
            {
                if (!brokers.TryGetValue(consumer.PubSub, out var broker) || (consumer.IsScoped && !broker.Scopes.MaySubscribe(consumer.Topic)))
                {
                    continue;
                }

                if (_running.TryGetValue(consumer.Key, out var running) && ReferenceEquals(running.Broker, broker))
                {
                    kept.Add(consumer.Key);
                    continue;
                }

                started.Add(await StartAsync(consumer, broker, cancellationToken));
            }
        }
        catch
        {
            await StopAsync(started, new CancellationToken(canceled: true));
            throw;
        }

        var gone = _running.Values.Where(running => !kept.Contains(running.Consumer.Key)).ToList();
        return new ReloadStep(() => Exchange(gone, started), () => StopAsync(started, new CancellationToken(canceled: true)), token => RetireAsync(gone, token));
    }

    /// <summary>Takes no new messages and waits for those under way until the token is cancelled.</summary>
    public Task DrainAsync(CancellationToken cancellationToken) => Task.WhenAll(_running.Values.Select(running => running.Handle.DrainAsync(cancellationToken)));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var running in _running.Values)
        {
            await running.Handle.DisposeAsync();
        }
    }

    private static async Task<Running> StartAsync(TopicConsumer consumer, LoadedBroker broker, CancellationToken cancellationToken) =>
        new(consumer, broker, await broker.Broker.SubscribeAsync(consumer.Topic, consumer.Handler(broker), cancellationToken));

    private void Exchange(List<Running> gone, List<Running> started)
    {
        var ended = gone.Where(running => !_running.TryRemove(KeyValuePair.Create(running.Consumer.Key, running))).Select(running => running.Consumer.Key).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var running in started)
        {
            // Removed while its move was prepared: nobody wants it any more.
            if (ended.Contains(running.Consumer.Key))
            {
                gone.Add(running);
            }
            else
            {
                gone.AddRange(_running.TryGetValue(running.Consumer.Key, out var meanwhile) ? [meanwhile] : []);
                _running[running.Consumer.Key] = running;
                gone.AddRange(!running.Consumer.IsWanted() && _running.TryRemove(KeyValuePair.Create(running.Consumer.Key, running)) ? [running] : []);
            }
        }
    }

    private async Task RetireAsync(List<Running> gone, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(drainTime, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await StopAsync(gone, linked.Token);
    }

    private static async Task StopAsync(List<Running> subscriptions, CancellationToken drainUntil)
    {
        await Task.WhenAll(subscriptions.Select(running => running.Handle.DrainAsync(drainUntil)));
        foreach (var running in subscriptions)
        {
            await running.Handle.DisposeAsync();
        }
    }

    private sealed record Running(TopicConsumer Consumer, LoadedBroker Broker, IBrokerSubscription Handle);
}
