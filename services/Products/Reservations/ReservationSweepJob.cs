using Microsoft.Extensions.Options;
using ServiceDefaults;

namespace Products.Reservations;

/// <summary>Runs the sweep for as long as the service runs.</summary>
internal sealed partial class ReservationSweepJob(ReservationSweep sweep, IOptions<ReservationOptions> options, TimeProvider time, ILogger<ReservationSweepJob> logger)
    : PeriodicJob(TimeSpan.FromSeconds(options.Value.SweepIntervalSeconds), time, logger)
{
    private readonly int _batch = options.Value.SweepBatch;
    private readonly ILogger _logger = logger;

    protected override async Task RunOnceAsync(CancellationToken ct)
    {
        var expired = await sweep.RunAsync(_batch, ct);
        if (expired > 0)
        {
            LogExpired(_logger, expired);
        }
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Information, Message = "{Count} stock reservations expired")]
    private static partial void LogExpired(ILogger logger, int count);
}
