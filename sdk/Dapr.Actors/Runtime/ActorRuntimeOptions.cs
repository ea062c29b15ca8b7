using System.Text.Json;

namespace Dapr.Actors.Runtime;

/// <summary>How an app hosts actors.</summary>
public sealed class ActorRuntimeOptions
{
    /// <summary>The actor types.</summary>
    public ActorRegistrationCollection Actors { get; } = [];

    /// <summary>An actor without a call for so long is deactivated; default the sidecar's, 60 min.</summary>
    public TimeSpan? ActorIdleTimeout
    {
        get;
        set => field = Positive(value, nameof(ActorIdleTimeout));
    }

    /// <summary>How often the sidecar looks for idle actors; default the sidecar's, 30 s.</summary>
    public TimeSpan? ActorScanInterval
    {
        get;
        set => field = Positive(value, nameof(ActorScanInterval));
    }

    /// <summary>How long a call under way may last when its actor moves; default the sidecar's, 60 s.</summary>
    public TimeSpan? DrainOngoingCallTimeout
    {
        get;
        set => field = Positive(value, nameof(DrainOngoingCallTimeout));
    }

    /// <summary>Whether a moving actor waits for its call.</summary>
    public bool DrainRebalancedActors { get; set; }

    /// <summary>Whether a call may come back to the actor that it came from; default not.</summary>
    public ActorReentrancyConfig ReentrancyConfig { get; set; } = new();

    /// <summary>Typed calls as JSON rather than data contracts, on both sides; default false.</summary>
    public bool UseJsonSerialization { get; set; }

    /// <summary>JSON settings of state, weakly typed calls, and typed ones with <see cref="UseJsonSerialization"/>; default the Web ones.</summary>
    public JsonSerializerOptions JsonSerializerOptions
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(JsonSerializerOptions), $"{nameof(ActorRuntimeOptions)}.{nameof(JsonSerializerOptions)} cannot be null");
    } = new(JsonSerializerDefaults.Web);

    /// <summary>The token for the sidecar; default DAPR_API_TOKEN.</summary>
    public string? DaprApiToken
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(DaprApiToken), $"{nameof(ActorRuntimeOptions)}.{nameof(DaprApiToken)} cannot be null");
    } = string.Empty;

    /// <summary>In how many parts old sidecars keep reminders; newer ones ignore it.</summary>
    public int? RemindersStoragePartitions
    {
        get;
        set => field = value < 0 ? throw new ArgumentOutOfRangeException(nameof(RemindersStoragePartitions), value, "must be positive") : value;
    }

    /// <summary>Where the sidecar listens; default DAPR_HTTP_ENDPOINT or DAPR_HTTP_PORT, else http://localhost:3500.</summary>
    public string? HttpEndpoint { get; set; }

    private static TimeSpan? Positive(TimeSpan? value, string name) => value <= TimeSpan.Zero ? throw new ArgumentOutOfRangeException(name, value, "must be positive") : value;
}
