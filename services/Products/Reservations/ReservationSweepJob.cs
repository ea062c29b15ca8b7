using Microsoft.Extensions.Options;

namespace Products.Reservations;

/// <summary>Runs the sweep for as long as the service runs. A failure delays it, never ends it: it would end the service too.</summary>
internal sealed partial class ReservationSweepJob(
    ReservationSweep sweep, IOptions<ReservationOptions> options, TimeProvider time, ILogger<ReservationSweepJob> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.SweepIntervalSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await SweepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops, or has not got as far as starting.
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        try
        {
            var expired = await sweep.RunAsync(options.Value.SweepBatch, ct);
            if (expired > 0)
            {
                LogExpired(logger, expired);
            }
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LogFailed(logger, exception);
        }
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Information, Message = "{Count} stock reservations expired")]
    private static partial void LogExpired(ILogger logger, int count);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Error, Message = "The sweep of expired reservations failed and is repeated at the next interval")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
