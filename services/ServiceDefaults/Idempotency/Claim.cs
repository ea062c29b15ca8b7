using System.Security.Cryptography;
using System.Text.Json;

namespace ServiceDefaults;

/// <summary>One request under a key: whose it is and what it asks.</summary>
internal sealed record Claim(string Tenant, string Scope, string Subject, string Key, byte[] Hash, Guid Id)
{
    public static Claim Of(RequestContext context, string scope, string key, object request, Guid id) => new(
        context.TenantId,
        scope,
        context.UserId?.ToString() ?? "system",
        key,
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, ServiceJson.Options)),
        id);
}
