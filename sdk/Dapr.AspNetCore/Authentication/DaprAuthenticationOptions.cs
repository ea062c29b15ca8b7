using Microsoft.AspNetCore.Authentication;

namespace Dapr.AspNetCore;

/// <summary>Options of the scheme that accepts the sidecar's calls.</summary>
public class DaprAuthenticationOptions : AuthenticationSchemeOptions
{
    internal const string DefaultScheme = "Dapr";

    /// <summary>The token the sidecar must send; default APP_API_TOKEN.</summary>
    public string? Token { get; set; } = DaprDefaults.GetDefaultAppApiToken(configuration: null);
}
