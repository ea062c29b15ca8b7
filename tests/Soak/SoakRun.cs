using System.Diagnostics;

namespace Soak;

/// <summary>One run: load at a steady rate, faults all the time, a disturbance every two minutes (the app restarts, or every connection to Redis is cut), and a verdict.</summary>
internal sealed class SoakRun : IAsyncDisposable
{
    private static readonly TimeSpan DisturbanceInterval = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(90);
    private readonly SoakOptions _options;
    private readonly PostgresDatabase _database;
    private readonly Platform _platform;
    private readonly Ledger _ledger = new();
    private readonly App _app;
    private readonly Load _load;
    private readonly Memory _memory = new();

    private SoakRun(SoakOptions options, PostgresDatabase database, Platform platform)
    {
        (_options, _database, _platform) = (options, database, platform);
        _app = new App(_ledger, platform.AppPort, platform.GrpcPort);
        _load = new Load(platform, _ledger);
    }

    public static async Task<SoakRun> StartAsync(SoakOptions options)
    {
        var database = await PostgresDatabase.CreateAsync();
        var run = new SoakRun(options, database, await Platform.StartAsync(database, FreePort.Next()));
        await run._app.StartAsync();
        using var client = new HttpClient();
        await Eventually.TrueAsync(async () => (await client.GetAsync(new Uri($"http://127.0.0.1:{run._platform.HttpPort}/v1.0/healthz"))).IsSuccessStatusCode, "the app is seen");
        return run;
    }

    /// <summary>Runs to the end and prints the verdict; true when it is good.</summary>
    public async Task<bool> ExecuteAsync()
    {
        Console.WriteLine($"soak: {_options.Duration.TotalMinutes:0.#} min at {_options.Rate} operations a second");
        using var end = new CancellationTokenSource(_options.Duration);
        await Task.WhenAll(DriveAsync(end.Token), DisturbAsync(end.Token), WatchAsync(end.Token));
        await _load.FinishAsync();
        try
        {
            await Eventually.TrueAsync(() => _ledger.Missing.Count == 0, "every message has arrived", Settling);
        }
        catch (TimeoutException)
        {
            // The verdict says what is missing.
        }

        return new Verdict(_ledger, _memory, await _platform.FaultsAsync()).Print();
    }

    public async ValueTask DisposeAsync()
    {
        _load.Dispose();
        await _app.DisposeAsync();
        await _platform.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task DriveAsync(CancellationToken end)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / _options.Rate));
        while (await NextAsync(timer, end) && !_platform.HasEnded)
        {
            await _load.BeginAsync();
        }
    }

    private async Task DisturbAsync(CancellationToken end)
    {
        using var timer = new PeriodicTimer(DisturbanceInterval);
        for (var turn = 0; await NextAsync(timer, end); turn++)
        {
            await _ledger.DisturbAsync(turn % 2 == 0 ? () => _app.RestartWebAsync(TimeSpan.FromSeconds(2)) : CutRedisAsync);
        }
    }

    private async Task WatchAsync(CancellationToken end)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5));
        for (var sample = 1; await NextAsync(timer, end) && !_platform.HasEnded; sample++)
        {
            _memory.Add(_platform.ResidentMegabytes);
            if (sample % 12 == 0)
            {
                Console.WriteLine($"  {sample / 12} min: {_platform.ResidentMegabytes:0.0} MiB, {_ledger.Acknowledged} messages taken, {_ledger.Missing.Count} on their way, {_ledger.Unexplained.Values.Sum()} failures without cause");
            }
        }
    }

    private static async Task CutRedisAsync()
    {
        var server = TestServers.RedisUrl;
        var start = new ProcessStartInfo("redis-cli", ["-h", server.Host, "-p", $"{server.Port}", "client", "kill", "type", "normal"]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["REDISCLI_AUTH"] = TestServers.RedisPassword;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken end)
    {
        try
        {
            return await timer.WaitForNextTickAsync(end);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
