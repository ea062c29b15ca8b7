namespace ServiceDefaults;

/// <summary>Whether a token is good.</summary>
/// <param name="Context">Who it stands for; null when it is not good.</param>
/// <param name="Code">`unauthenticated`, `token_expired`, or `service_unavailable` when the keys cannot be had.</param>
public sealed record TokenVerdict(RequestContext? Context, string? Code);
