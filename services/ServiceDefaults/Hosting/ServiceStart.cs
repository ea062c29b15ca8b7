using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ServiceDefaults;

/// <summary>What comes before listening: settings, connection strings, schema.</summary>
internal sealed partial class ServiceStart(IServiceProvider services, IConfiguration configuration, ServiceState state, IHostApplicationLifetime lifetime, ILogger<ServiceStart> logger)
{
    /// <summary>False when the service cannot start; the reason is logged.</summary>
    public async Task<bool> RunAsync()
    {
        try
        {
            CheckSettings();
            services.StartOpenTelemetry();
            _ = services.GetRequiredService<PrometheusMetrics>();
            if (services.GetService<MigrationsOf>() is { } migrations)
            {
                await OpenDatabaseAsync(migrations, lifetime.ApplicationStopping);
            }

            state.SetStarted();
            return true;
        }
        catch (Exception exception) when (exception is StartupException or MigrationException)
        {
            Log.CannotStart(logger, exception.Message);
            return false;
        }
        catch (NpgsqlException exception)
        {
            Log.CannotStart(logger, $"The database cannot be used: {exception.Message} Check that the server runs and that the connection strings are right.");
            return false;
        }
    }

    /// <summary>Starts the host: its background work, and the server last. False when it cannot; the reason is logged.</summary>
    public async Task<bool> ListenAsync(IHost host)
    {
        try
        {
            await host.StartAsync(CancellationToken.None);
            return true;
        }
        catch (Exception exception)
        {
            // Whatever it is, an unhandled exception would end the process by a signal, without a word of the cause.
            Log.CannotStart(logger, $"{exception.GetType().Name}: {exception.Message}");
            await host.StopAsync(CancellationToken.None);
            return false;
        }
    }

    private void CheckSettings()
    {
        var errors = new SettingErrors();
        foreach (var check in services.GetServices<ISettingsCheck>())
        {
            check.Check(configuration, errors);
        }

        if (errors.All.Count > 0)
        {
            throw new StartupException("The configuration is not valid. " + string.Join(' ', errors.All));
        }
    }

    private async Task OpenDatabaseAsync(MigrationsOf migrations, CancellationToken ct)
    {
        var strings = await services.GetRequiredService<ConnectionStringReader>().ReadAsync(ct);
        var sources = services.GetRequiredService<DataSources>();
        sources.Open(strings, services.GetRequiredService<ServiceName>().AppId);
        var runner = ActivatorUtilities.CreateInstance<MigrationRunner>(services, sources.Owner, MigrationRoles.From(strings));
        await runner.RunAsync(migrations.Assembly, ct);
    }

    private static partial class Log
    {
        [LoggerMessage(90, LogLevel.Critical, "The service cannot start. {Reason}")]
        public static partial void CannotStart(ILogger logger, string reason);
    }
}
