using Dapr.AspNetCore;

namespace Microsoft.AspNetCore.Authentication;

/// <summary>Adds the scheme that accepts the sidecar's calls.</summary>
public static class DaprAuthenticationBuilderExtensions
{
    /// <summary>Adds the scheme "Dapr".</summary>
    public static AuthenticationBuilder AddDapr(this AuthenticationBuilder builder) => builder.AddDapr(configureOptions: null!);

    /// <summary>Adds the scheme "Dapr" with options.</summary>
    public static AuthenticationBuilder AddDapr(this AuthenticationBuilder builder, Action<DaprAuthenticationOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddScheme<DaprAuthenticationOptions, DaprAuthenticationHandler>(DaprAuthenticationOptions.DefaultScheme, configureOptions);
    }
}
