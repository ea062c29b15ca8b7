namespace Gateway;

/// <summary>The body of `/health/platform`.</summary>
/// <param name="Status">`healthy` or `unhealthy`.</param>
/// <param name="Services">Service to `up` or `down`.</param>
/// <param name="NotReady">The services that are down.</param>
internal sealed record PlatformReport(string Status, DateTimeOffset Timestamp, IReadOnlyDictionary<string, string> Services, IReadOnlyList<string> NotReady);
