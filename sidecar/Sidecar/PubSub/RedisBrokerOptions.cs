using Sidecar.Components;

namespace Sidecar.PubSub;

/// <summary>The settings of <c>pubsub.redis</c> beside the connection.</summary>
internal sealed record RedisBrokerOptions
{
    /// <summary>The consumer group, and the consumer in it; metadata <c>consumerID</c>, default the app id.</summary>
    public required string ConsumerId { get; init; }

    /// <summary>How long a message may be unacknowledged before it is delivered again; default 60 s, a bare number is in ms, 0 switches redelivery off.</summary>
    public TimeSpan ProcessingTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often unacknowledged messages are looked for; default 15 s, a bare number is in ms, 0 switches redelivery off.</summary>
    public TimeSpan RedeliverInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Messages read ahead, all topics together; default 100.</summary>
    public int QueueDepth { get; init; } = 100;

    /// <summary>Deliveries at once, all topics together; default 10.</summary>
    public int Concurrency { get; init; } = 10;

    /// <summary>Approximate number of entries a stream keeps; default 0, all.</summary>
    public int MaxLenApprox { get; init; }

    /// <summary>How long a stream keeps an entry; default zero, for ever.</summary>
    public TimeSpan StreamTtl { get; init; }

    public bool Redelivers => ProcessingTimeout > TimeSpan.Zero && RedeliverInterval > TimeSpan.Zero;

    public static IEnumerable<MetadataField> Fields { get; } =
        [new("consumerID"), new("processingTimeout"), new("redeliverInterval"), new("queueDepth"), new("concurrency"), new("maxLenApprox"), new("streamTTL")];

    public static RedisBrokerOptions From(ComponentSpec spec, string appId)
    {
        var metadata = new MetadataReader(spec);
        var millisecond = TimeSpan.FromMilliseconds(1);
        return new RedisBrokerOptions
        {
            ConsumerId = spec["consumerID"] ?? appId,
            ProcessingTimeout = metadata.Duration("processingTimeout", TimeSpan.FromSeconds(60), millisecond),
            RedeliverInterval = metadata.Duration("redeliverInterval", TimeSpan.FromSeconds(15), millisecond),
            QueueDepth = metadata.Integer("queueDepth", 100, 1, 100_000),
            Concurrency = metadata.Integer("concurrency", 10, 1, 1000),
            MaxLenApprox = metadata.Integer("maxLenApprox", 0, 0, int.MaxValue),
            StreamTtl = metadata.Duration("streamTTL", TimeSpan.Zero),
        };
    }
}
