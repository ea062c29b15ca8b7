using Microsoft.Extensions.Options;
using ServiceDefaults;

namespace Orders.Sagas;

/// <summary>Runs the sweep for as long as the service runs.</summary>
internal sealed class SagaSweepJob(SagaSweep sweep, IOptions<SagaOptions> options, TimeProvider time, ILogger<SagaSweepJob> logger)
    : PeriodicJob(options.Value.SweepInterval, time, logger)
{
    protected override Task RunOnceAsync(CancellationToken ct) => sweep.RunAsync(ct);
}
