namespace Gateway;

/// <summary>Asks every service whether it is ready; one round at a time, its outcome kept for a second.</summary>
internal sealed class PlatformHealth(SidecarChannel sidecar, TimeProvider clock) : IDisposable
{
    private static readonly string[] Services = [.. RouteTable.Apps, "payment-processor"];
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim _single = new(1, 1);
    private PlatformReport? _latest;

    public async Task<PlatformReport> ReadAsync(CancellationToken ct)
    {
        await _single.WaitAsync(ct);
        try
        {
            if (_latest is null || clock.GetUtcNow() - _latest.Timestamp >= MaxAge)
            {
                _latest = await AskAsync(ct);
            }

            return _latest;
        }
        finally
        {
            _single.Release();
        }
    }

    public void Dispose() => _single.Dispose();

    private async Task<PlatformReport> AskAsync(CancellationToken ct)
    {
        var states = await Task.WhenAll(Services.Select(async service => (service, ready: await IsReadyAsync(service, ct))));
        var missing = states.Where(state => !state.ready).Select(state => state.service).ToList();
        return new PlatformReport(
            missing.Count == 0 ? "healthy" : "unhealthy",
            clock.GetUtcNow(),
            states.ToDictionary(state => state.service, state => state.ready ? "up" : "down", StringComparer.Ordinal),
            missing);
    }

    private async Task<bool> IsReadyAsync(string service, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, (Uri?)null);
        try
        {
            using var response = await sidecar.SendAsync(service, "/health/ready", request, either.Token);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            // Not to be reached is the outcome.
            return false;
        }
    }
}
