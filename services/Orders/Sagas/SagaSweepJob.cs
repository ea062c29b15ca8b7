using Microsoft.Extensions.Options;

namespace Orders.Sagas;

/// <summary>Runs the sweep for as long as the service runs. Whatever goes wrong delays it, never ends it.</summary>
internal sealed partial class SagaSweepJob(SagaSweep sweep, IOptions<SagaOptions> options, TimeProvider time, ILogger<SagaSweepJob> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await SweepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        try
        {
            await sweep.RunAsync(ct);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LogFailed(logger, exception);
        }
    }

    [LoggerMessage(EventId = 3004, Level = LogLevel.Error, Message = "The reconciliation of sagas failed and is repeated at the next interval")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
