namespace Dapr.Actors.Runtime;

/// <summary>A value, or none.</summary>
/// <param name="hasValue">Whether there is one.</param>
/// <param name="value">The value.</param>
public struct ConditionalValue<TValue>(bool hasValue, TValue value)
{
    /// <summary>Whether there is one.</summary>
    public bool HasValue { get; } = hasValue;

    /// <summary>The value; the default one when there is none.</summary>
    public TValue Value { get; } = value;
}
