namespace ServiceDefaults;

/// <summary>Whether a dependency is there.</summary>
/// <param name="IsUp">False makes the service not ready.</param>
/// <param name="Status">Default `up` or `down`.</param>
/// <param name="Data">Further members of the check's answer.</param>
public sealed record ReadinessResult(bool IsUp, string? Status = null, IReadOnlyDictionary<string, object>? Data = null);
