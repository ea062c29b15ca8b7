namespace ServiceDefaults;

/// <summary>What an error answer says, without the parts that belong to one request (trace id, instance).</summary>
internal sealed record StoredProblem(string Code, string? Detail = null, IReadOnlyDictionary<string, string[]>? Errors = null);
