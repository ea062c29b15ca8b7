using System.Net;
using System.Reflection;
using System.Text.Json.Serialization;
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
    private const long MaxBody = 1024 * 1024;
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Logging, telemetry, JSON, problem details, health, sidecar, token verification, clock, ids, limits.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string appId)
    {
        var services = builder.Services;
        services.AddSingleton(new ServiceName(appId));
        services.AddSingleton<ServiceState>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IIdGenerator, IdGenerator>();
        services.AddSingleton<SidecarApi>();
        services.AddSingleton<ISidecar, Sidecar>();
        services.AddSingleton<IJwksSource, InvokedJwksSource>();
        services.AddSingleton<TokenKeys>();
        services.AddSingleton<ITokenVerifier, TokenVerifier>();
        services.AddSingleton<ConnectionStringReader>();
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
        services.AddSingleton(new MigrationsOf(migrations));
        return builder;
    }

    /// <summary>The middleware of every service, in order.</summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.UseMiddleware<RequestIdMiddleware>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseMiddleware<AuthenticationMiddleware>();
        return app;
    }

    /// <summary>`/health/live`, `/health/ready`, `/metrics`, `/dapr/subscribe`.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.MapGet("/health/live", () => TypedResults.Ok(new { status = "healthy" })).IgnoreToken();
        app.MapGet("/health/ready", () => TypedResults.Ok(new { status = "healthy" })).IgnoreToken();
        return app;
    }

    /// <summary>Waits for the sidecar, reads secrets, migrates, and only then listens, until the process is told to stop.</summary>
    public static async Task RunServiceAsync(this WebApplication app)
    {
        await app.StartServiceAsync();
        await app.RunAsync();
    }

    private static async Task StartServiceAsync(this WebApplication app)
    {
        var services = app.Services;
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        if (services.GetService<MigrationsOf>() is { } migrations)
        {
            var strings = await services.GetRequiredService<ConnectionStringReader>().ReadAsync(stopping);
            var sources = services.GetRequiredService<DataSources>();
            sources.Open(strings, services.GetRequiredService<ServiceName>().AppId);
            var runner = ActivatorUtilities.CreateInstance<MigrationRunner>(services, sources.Owner, MigrationRoles.From(strings));
            await runner.RunAsync(migrations.Assembly, stopping);
        }

        services.GetRequiredService<ServiceState>().SetStarted();
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
