namespace ServiceDefaults;

/// <summary>Headers that count between services only; the gateway strips them from outside.</summary>
public static class InternalHeaders
{
    /// <summary>The tenant of a system call.</summary>
    public const string TenantId = "X-Tenant-Id";

    /// <summary>Who acts, `system:{name}`.</summary>
    public const string Actor = "X-Actor";

    /// <summary>The client's address as the gateway saw it.</summary>
    public const string ForwardedFor = "X-Forwarded-For";

    /// <summary>The token that proves the sidecar.</summary>
    public const string DaprApiToken = "dapr-api-token";
}
