using System.Threading.Channels;

namespace Sidecar.PubSub;

/// <summary>
/// The topics of an in-memory broker, shared by the sidecars of a run. Each consumer id gets every message once. Bounded: a message
/// counts against its queue until it is done, whether it waits, is being delivered or waits for its next attempt.
/// </summary>
internal sealed class InMemoryBus(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Topic, string Consumer), InMemoryQueue> _queues = [];

    /// <summary>Puts the message into the queue of every consumer of its topic; without consumers it is gone, as in Dapr.</summary>
    public async Task PublishAsync(BrokerMessage message, CancellationToken cancellationToken)
    {
        List<InMemoryQueue> queues;
        lock (_gate)
        {
            queues = [.. _queues.Where(entry => Matches(entry.Key.Topic, message.Topic)).Select(entry => entry.Value)];
        }

        foreach (var queue in queues)
        {
            await queue.AddAsync(message, cancellationToken);
        }
    }

    /// <summary>The queue of a consumer; it stays when its subscribers come and go.</summary>
    public InMemoryQueue QueueOf(string topic, string consumer)
    {
        lock (_gate)
        {
            if (!_queues.TryGetValue((topic, consumer), out var queue))
            {
                _queues[(topic, consumer)] = queue = new InMemoryQueue(topic, time);
            }

            return queue;
        }
    }

    private static bool Matches(string pattern, string topic) =>
        pattern == topic || (pattern.EndsWith('*') && topic.StartsWith(pattern[..^1], StringComparison.Ordinal));
}

/// <summary>The waiting messages of one consumer and topic.</summary>
internal sealed class InMemoryQueue(string topic, TimeProvider time) : IDisposable
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _room = new(Capacity);
    private readonly Channel<BrokerMessage> _messages = Channel.CreateBounded<BrokerMessage>(Capacity);

    public ChannelReader<BrokerMessage> Messages => _messages.Reader;

    public async Task AddAsync(BrokerMessage message, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(PublishTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _room.WaitAsync(linked.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"topic {topic} has {Capacity} undelivered messages; no room came up within {PublishTimeout.TotalSeconds:0} s", exception);
        }

        Return(message);
    }

    /// <summary>Puts back a message that was taken and not done.</summary>
    public void Return(BrokerMessage message)
    {
        // There is room: as many messages as the channel holds have passed the semaphore, no more.
        if (!_messages.Writer.TryWrite(message))
        {
            throw new InvalidOperationException($"the queue of topic {topic} is full");
        }
    }

    public void Done() => _room.Release();

    public void Dispose() => _room.Dispose();
}
