namespace Dapr.Common.Exceptions;

/// <summary>A time to wait.</summary>
/// <param name="Seconds">Whole seconds.</param>
/// <param name="Nanos">Nanoseconds beyond them.</param>
public sealed record DaprRetryDelay(long Seconds, int Nanos);
