using ServiceDefaults;

namespace Gateway;

/// <summary>The parts of the gateway and the order of its pipeline.</summary>
internal static class GatewayModule
{
    private const string DefaultPort = "8080";

    public static void AddGateway(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ISettingsCheck, GatewaySettingsCheck>();
        services.AddSingleton<RateLimitOptions>();
        services.AddSingleton<IRateLimitStore, InProcessRateLimitStore>();
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<BreakerOptions>();
        services.AddSingleton<CircuitBreakers>();
        services.AddSingleton<IReadinessCheck, BreakerCheck>();
        services.AddSingleton<SidecarChannel>();
        services.AddSingleton<ForwardingOptions>();
        services.AddSingleton<Forwarder>();
        services.AddSingleton<PlatformHealth>();
        if (string.IsNullOrEmpty(builder.Configuration["APP_PORT"]) && string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls($"http://127.0.0.1:{DefaultPort}");
        }
    }

    public static void UseGateway(this WebApplication app)
    {
        app.UseRequestPipeline();
        app.UseMiddleware<RoutingMiddleware>();
        app.UseMiddleware<IdentificationMiddleware>();
        app.UseMiddleware<RateLimitMiddleware>();
        app.UseMiddleware<PolicyMiddleware>();
        app.UseMiddleware<ForwardingMiddleware>();
    }
}
