using Sidecar.Components;

namespace Sidecar.PubSub.RabbitMq;

/// <summary>The settings of <c>pubsub.rabbitmq</c>.</summary>
internal sealed record RabbitMqOptions
{
    private const int DefaultPrefetch = 100;
    private const string NoCertificates = "client certificates are not supported";

    /// <summary>The server; metadata <c>connectionString</c>, or <c>hostname</c>, <c>username</c> and <c>password</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>First part of the queues' names (<c>consumer-topic</c>); metadata <c>consumerID</c>, default the app id.</summary>
    public required string ConsumerId { get; init; }

    /// <summary>Whether exchanges and queues survive a restart of the server; default true.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Whether a queue goes, with its messages, when its last consumer goes; default true as in Dapr.</summary>
    public bool DeleteWhenUnused { get; init; } = true;

    /// <summary>Whether the server writes messages to disk (metadata <c>deliveryMode</c> 2); default false.</summary>
    public bool Persistent { get; init; }

    /// <summary>Failed messages go to the queue <c>dlq-consumer-topic</c>; default false.</summary>
    public bool EnableDeadLetter { get; init; }

    /// <summary>Whether a failed message goes back to its queue. Default true without dead letters: unlike daprd's, a failed message is not thrown away unless the component says so.</summary>
    public bool RequeueInFailure { get; init; } = true;

    /// <summary>Messages a consumer gets ahead of its acknowledgements; default 100.</summary>
    public ushort Prefetch { get; init; } = DefaultPrefetch;

    /// <summary>One message at a time (metadata <c>concurrency</c> single); default false.</summary>
    public bool Single { get; init; }

    /// <summary>Pause before a lost connection is opened again; default 3 s.</summary>
    public TimeSpan ReconnectWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Pause before a failed message is handed back; default 500 ms.</summary>
    public TimeSpan RedeliveryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The metadata fields.</summary>
    public static IReadOnlyList<MetadataField> Fields { get; } =
    [
        new("connectionString") { Aliases = ["host"] },
        new("protocol") { Values = ["amqp"], Note = "use an amqps connection string" },
        new("hostname"),
        new("username"),
        new("password"),
        new("consumerID"),
        new("durable"),
        new("deletedWhenUnused"),
        new("deliveryMode") { Values = ["0", "1", "2"] },
        new("enableDeadLetter"),
        new("requeueInFailure"),
        new("autoAck") { Values = ["false"] },
        new("prefetchCount"),
        new("concurrency") { Values = ["parallel", "single"] },
        new("reconnectWaitSeconds"),
        new("exchangeKind") { Values = ["fanout"] },
        new("publisherConfirm", FieldSupport.WithoutMeaning, Note: "every publish waits for the server's confirmation"),
        new("clientName"),
        new("heartBeat", FieldSupport.WithoutMeaning, Note: "the client's heartbeat is used"),
        new("ttlInSeconds"),
        new("maxLen", FieldSupport.Unsupported, Note: "set a policy on the server"),
        new("maxLenBytes", FieldSupport.Unsupported, Note: "set a policy on the server"),
        new("saslExternal") { Values = ["false"] },
        new("caCert", FieldSupport.Unsupported, Note: "add the server's certificate authority to the system instead"),
        new("clientCert", FieldSupport.Unsupported, Note: NoCertificates),
        new("clientKey", FieldSupport.Unsupported, Note: NoCertificates),
        new("publishMessagePropertiesToMetadata", FieldSupport.Unsupported, Note: "message properties are not handed out"),
    ];

    /// <summary>Reads the metadata.</summary>
    public static RabbitMqOptions From(ComponentSpec spec, string appId)
    {
        var metadata = new MetadataReader(spec);
        var deadLetter = metadata.Boolean("enableDeadLetter", false);
        var prefetch = metadata.Integer("prefetchCount", 0, 0, 255);
        return new RabbitMqOptions
        {
            Server = Address(spec),
            ConsumerId = spec["consumerID"] ?? appId,
            Durable = metadata.Boolean("durable", true),
            DeleteWhenUnused = metadata.Boolean("deletedWhenUnused", true),
            Persistent = spec["deliveryMode"] == "2",
            EnableDeadLetter = deadLetter,
            RequeueInFailure = metadata.Boolean("requeueInFailure", !deadLetter),
            Prefetch = prefetch > 0 ? (ushort)prefetch : (ushort)DefaultPrefetch,
            Single = spec["concurrency"]?.Equals("single", StringComparison.OrdinalIgnoreCase) == true,
            ReconnectWait = metadata.Positive("reconnectWaitSeconds", TimeSpan.FromSeconds(3)),
        };
    }

    private static Uri Address(ComponentSpec spec)
    {
        var text = spec["connectionString"] ?? $"amqp://{Uri.EscapeDataString(spec["username"] ?? "guest")}:{Uri.EscapeDataString(spec["password"] ?? "guest")}@{spec["hostname"] ?? "localhost"}";
        return Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme is "amqp" or "amqps"
            ? server
            : throw ComponentException.Field(spec, "connectionString", "is no address", "give amqp://user:password@host:5672");
    }
}
