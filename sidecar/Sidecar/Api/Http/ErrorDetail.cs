namespace Sidecar.Api.Http;

/// <summary>The entries of <see cref="ApiError.Details"/>: <c>google.rpc</c> messages in their JSON form.</summary>
internal static class ErrorDetail
{
    private const string TypeUrl = "type.googleapis.com/google.rpc.";

    /// <summary>The resource the error is about.</summary>
    public static object Resource(string type, string name, string description = "") => new Dictionary<string, object>
    {
        ["@type"] = TypeUrl + "ResourceInfo",
        ["description"] = description,
        ["owner"] = "",
        ["resource_name"] = name,
        ["resource_type"] = type,
    };

    /// <summary>The machine-readable reason; no metadata is written as null.</summary>
    public static object Info(string reason, IReadOnlyDictionary<string, string>? metadata = null) => new Dictionary<string, object?>
    {
        ["@type"] = TypeUrl + "ErrorInfo",
        ["domain"] = "dapr.io",
        ["metadata"] = metadata,
        ["reason"] = reason,
    };

    /// <summary>The machine-readable reason among details; null when there is none.</summary>
    public static string? ReasonOf(IEnumerable<object>? details) => details?.OfType<Dictionary<string, object?>>().Select(detail => detail.GetValueOrDefault("reason") as string).FirstOrDefault(reason => reason is not null);

    /// <summary>A field of the request that is wrong.</summary>
    public static object BadRequest(string field, string description) => new Dictionary<string, object>
    {
        ["@type"] = TypeUrl + "BadRequest",
        ["field_violations"] = new[] { new Dictionary<string, object> { ["field"] = field, ["description"] = description } },
    };
}
