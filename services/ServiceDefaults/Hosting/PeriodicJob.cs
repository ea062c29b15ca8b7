using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults;

/// <summary>
/// Something that is done again and again for as long as the service runs, first after one interval. A failure delays it and never ends it:
/// a background service that ends with a fault ends the whole service.
/// </summary>
public abstract partial class PeriodicJob(TimeSpan interval, TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>Does it once.</summary>
    protected abstract Task RunOnceAsync(CancellationToken ct);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryRunOnceAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops, or has not got as far as starting.
        }
    }

    private async Task TryRunOnceAsync(CancellationToken ct)
    {
        try
        {
            await RunOnceAsync(ct);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LogFailed(logger, GetType().Name, interval, exception);
        }
    }

    [LoggerMessage(151, LogLevel.Error, "{Job} failed; it is tried again every {Interval}")]
    private static partial void LogFailed(ILogger logger, string job, TimeSpan interval, Exception exception);
}
