using System.Net;
using System.Reflection;
using System.Text.Json.Serialization;
using Dapr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace ServiceDefaults;

/// <summary>What every service shares, in four calls of its Program.cs.</summary>
public static class ServiceDefaultsExtensions
{
    internal const long MaxBody = 1024 * 1024;
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Logging, telemetry, JSON, problem details, health, sidecar, token verification, clock, ids, limits.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string appId)
    {
        builder.AddJsonLogging(appId);
        builder.AddOpenTelemetry(appId);
        var services = builder.Services;
        services.AddSingleton(new ServiceName(appId));
        services.AddSingleton<ServiceState>();
        services.AddSingleton<ServiceStart>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IIdGenerator, IdGenerator>();
        services.AddDaprClient();
        services.AddSingleton<ISidecar, Sidecar>();
        services.AddSingleton<IJwksSource, InvokedJwksSource>();
        services.AddSingleton<TokenKeys>();
        services.AddSingleton<ITokenVerifier, TokenVerifier>();
        services.AddSingleton<ConnectionStringReader>();
        services.AddSingleton<HttpMetrics>();
        services.AddSingleton<ProcessMetrics>();
        services.AddSingleton<PrometheusMetrics>();
        services.AddSingleton<IReadinessCheck, SidecarCheck>();
        services.AddSingleton<ISettingsCheck, PlatformSettingsCheck>();
        services.ConfigureHttpJsonOptions(options => ServiceJson.Apply(options.SerializerOptions, JsonUnmappedMemberHandling.Disallow));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = MaxBody;
            options.AddServerHeader = false;
        });
        Listen(builder);
        return builder;
    }

    /// <summary>
    /// The service's database: pools, migrations embedded in <paramref name="migrations"/> as Migrations/NNNN_name.sql, and the
    /// tables of idempotency keys, outbox and inbox with their relay.
    /// </summary>
    public static WebApplicationBuilder AddDatabase(this WebApplicationBuilder builder, Assembly migrations)
    {
        DapperSetup.Apply();
        var services = builder.Services;
        services.AddSingleton<DataSources>();
        services.AddSingleton<IDatabase, Database>();
        services.AddSingleton<IIdempotency, Idempotency>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<IOutbox, Outbox>();
        services.AddSingleton<IInbox, Inbox>();
        services.AddSingleton<IOutboxHandler, EventPublisher>();
        services.AddHostedService<OutboxRelay>();
        services.AddHostedService<Cleanup>();
        services.AddSingleton<IReadinessCheck, DatabaseCheck>();
        services.AddSingleton(new MigrationsOf(migrations));
        return builder;
    }

    /// <summary>The middleware of every service, in order.</summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.UseRequestPipeline();
        app.UseMiddleware<AuthenticationMiddleware>();
        app.UseCloudEvents(new CloudEventsMiddlewareOptions { ForwardCloudEventPropertiesAsHeaders = true, IncludedCloudEventPropertiesAsHeaders = EventHeaders.Properties });
        return app;
    }

    /// <summary>Request id and trace, metrics, errors, routing: the part that the gateway has in common with the services.</summary>
    internal static void UseRequestPipeline(this WebApplication app)
    {
        app.UseMiddleware<RequestIdMiddleware>();
        app.UseMiddleware<RequestTelemetryMiddleware>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
    }

    /// <summary>`/health/live`, `/health/ready`, `/metrics`, `/dapr/subscribe`.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.MapHealth();
        app.MapGet("/metrics", (PrometheusMetrics metrics) => Results.Text(metrics.Write(), "text/plain; version=0.0.4")).IgnoreToken();
        app.MapSubscribeHandler().IgnoreToken();
        return app;
    }

    /// <summary>
    /// Checks the settings, waits for the sidecar, reads secrets, migrates, and only then listens, until the process is told to
    /// stop. A start that fails is logged with its cause and remedy, and ends the process with exit code 1.
    /// </summary>
    public static async Task RunServiceAsync(this WebApplication app)
    {
        await using var running = app;
        var start = app.Services.GetRequiredService<ServiceStart>();
        if (await start.RunAsync() && await start.ListenAsync(app))
        {
            await app.WaitForShutdownAsync(CancellationToken.None);
        }
        else
        {
            Environment.ExitCode = 1;
        }
    }

    private static void Listen(WebApplicationBuilder builder)
    {
        if (builder.Configuration["APP_PORT"] is { Length: > 0 } port)
        {
            var host = builder.Configuration["App:Host"] ?? IPAddress.Loopback.ToString();
            builder.WebHost.UseUrls($"http://{host}:{port}");
        }
    }
}
