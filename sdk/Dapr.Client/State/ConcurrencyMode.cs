namespace Dapr.Client;

/// <summary>Which of two writers wins.</summary>
public enum ConcurrencyMode
{
    /// <summary>The first; a write without the current etag fails.</summary>
    FirstWrite,

    /// <summary>The last.</summary>
    LastWrite,
}
