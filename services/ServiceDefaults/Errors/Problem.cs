namespace ServiceDefaults;

/// <summary>The body of an error answer (RFC 9457).</summary>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string? Detail,
    string Instance,
    string Code,
    string TraceId,
    IReadOnlyDictionary<string, string[]>? Errors = null);
