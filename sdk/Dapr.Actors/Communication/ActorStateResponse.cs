namespace Dapr.Actors.Communication;

/// <summary>A value of an actor's state.</summary>
/// <param name="value">The value.</param>
/// <param name="ttlExpireTime">When it expires; null = never.</param>
public class ActorStateResponse<T>(T value, DateTimeOffset? ttlExpireTime)
{
    /// <summary>The value.</summary>
    public T Value { get; } = value;

    /// <summary>When it expires; null = never.</summary>
    public DateTimeOffset? TTLExpireTime { get; } = ttlExpireTime;
}
