using Dapr.AspNetCore;

namespace Microsoft.AspNetCore.Authorization;

/// <summary>Adds the policy that accepts the sidecar's calls.</summary>
public static class DaprAuthorizationOptionsExtensions
{
    /// <summary>Adds a policy that requires the scheme "Dapr".</summary>
    public static void AddDapr(this AuthorizationOptions options, string name = "Dapr")
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AddPolicy(name, policy => policy.RequireAuthenticatedUser().AddAuthenticationSchemes(DaprAuthenticationOptions.DefaultScheme));
    }
}
