namespace Dapr.Actors.Runtime;

/// <summary>A change of an actor's state that is to be saved.</summary>
/// <param name="stateName">The key.</param>
/// <param name="type">The value's type as the actor named it.</param>
/// <param name="value">The value; null when removed.</param>
/// <param name="changeKind">What happened.</param>
/// <param name="ttlExpireTime">When the value expires; null = never.</param>
public sealed class ActorStateChange(string stateName, Type type, object? value, StateChangeKind changeKind, DateTimeOffset? ttlExpireTime)
{
    /// <summary>The key.</summary>
    public string StateName { get; } = stateName ?? throw new ArgumentNullException(nameof(stateName));

    /// <summary>The value's type as the actor named it.</summary>
    public Type Type { get; } = type;

    /// <summary>The value; null when removed.</summary>
    public object? Value { get; } = value;

    /// <summary>What happened.</summary>
    public StateChangeKind ChangeKind { get; } = changeKind;

    /// <summary>When the value expires; null = never.</summary>
    public DateTimeOffset? TTLExpireTime { get; } = ttlExpireTime;
}
