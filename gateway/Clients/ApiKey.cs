namespace Gateway;

/// <summary>An API key as configured.</summary>
/// <param name="Name">For logs and counting; not secret.</param>
internal sealed record ApiKey(string Name, Tier Tier);
