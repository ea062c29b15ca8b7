using System.Diagnostics;
using System.Text.Json;
using Sidecar.Host.Control;

namespace Soak;

/// <summary>The host as a process of its own with one app, which lives in this process, and the faults that are injected all the time.</summary>
internal sealed class Platform : IAsyncDisposable
{
    public const string AppId = "back";

    /// <summary>What this run calls its own; the servers may hold what an earlier one left.</summary>
    public static string Run { get; } = $"soak-{Guid.NewGuid():N}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("soak-");
    private readonly Process _host;

    private Platform(PostgresDatabase database, int appPort)
    {
        AppPort = appPort;
        Write("components/stores.yaml", $"""
            {Component("redis", "pubsub.redis", "v1", RedisMetadata, "redeliverInterval: 2s", "processingTimeout: 10s")}
            ---
            {Component("memory", "pubsub.in-memory", "v1")}
            ---
            {Component("state", "state.redis", "v1", RedisMetadata)}
            ---
            {Component("workflows", "state.postgresql", "v2", $"connectionString: \"{database.KeyValueConnectionString}\"", "actorStateStore: \"true\"")}
            """);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "app"));
        Write("dapr.yaml", $"""
            version: 1
            common: {"{"} resourcesPaths: [components], logLevel: error {"}"}
            apps: [{"{"} appID: {AppId}, appDirPath: app, appPort: {appPort}, daprHTTPPort: {HttpPort}, daprGRPCPort: {GrpcPort} {"}"}]
            x-platform:
              faults:
                - {"{"} name: slow-call, app: {AppId}, route: /echo, latency: 5ms, jitter: 50ms, percent: 5 {"}"}
                - {"{"} name: lost-call, app: {AppId}, route: /echo, drop: request, percent: 1 {"}"}
                - {"{"} name: lost-answer, app: {AppId}, route: /echo, drop: answer, percent: 1 {"}"}
                - {"{"} name: failing-call, app: {AppId}, route: /echo, error: 503, percent: 1 {"}"}
                - {"{"} name: lost-delivery, topic: {Run}, drop: request, percent: 1 {"}"}
                - {"{"} name: again-lost-ack, topic: {Run}, drop: answer, percent: 1 {"}"}
                - {"{"} name: again-delivery, topic: {Run}, duplicate: true, percent: 1 {"}"}
                - {"{"} name: overtaken, topic: {Run}, reorder: 500ms, percent: 1 {"}"}
                - {"{"} name: again-publish, component: redis, duplicate: true, percent: 0.5 {"}"}
                - {"{"} name: lost-publish, component: redis, drop: answer, percent: 0.5 {"}"}
                - {"{"} name: state-gone, component: state, error: connection refused, percent: 1 {"}"}
                - {"{"} name: state-unsure, component: state, drop: answer, percent: 1 {"}"}
                - {"{"} name: slow-activity, activity: AddOne, latency: 20ms, jitter: 100ms, percent: 5 {"}"}
                - {"{"} name: failing-activity, activity: AddOne, error: out of order, percent: 2 {"}"}
                - {"{"} name: again-activity, activity: AddOne, drop: answer, percent: 2 {"}"}
            """);
        _host = Process.Start(Command("run", "-f", Path.Combine(_folder.FullName, "dapr.yaml"), "--external", AppId))!;
    }

    /// <summary>The port of the app.</summary>
    public int AppPort { get; }

    /// <summary>The HTTP port of its sidecar.</summary>
    public int HttpPort { get; } = FreePort.Next();

    /// <summary>The gRPC port of its sidecar.</summary>
    public int GrpcPort { get; } = FreePort.Next();

    /// <summary>The memory the host holds, in MiB.</summary>
    public double ResidentMegabytes
    {
        get
        {
            _host.Refresh();
            return _host.WorkingSet64 / 1024.0 / 1024;
        }
    }

    /// <summary>Whether the host has ended though nobody asked it to.</summary>
    public bool HasEnded => _host.HasExited;

    private string RunDirectory => Path.Combine(_folder.FullName, "run");

    private static string RedisMetadata => $"redisHost: \"{TestServers.RedisHost}\", redisPassword: \"{TestServers.RedisPassword}\"";

    /// <summary>Starts the host and waits until its sidecar listens.</summary>
    public static async Task<Platform> StartAsync(PostgresDatabase database, int appPort)
    {
        var platform = new Platform(database, appPort);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{platform.HttpPort}/") };
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    using var answer = await client.GetAsync(new Uri("v1.0/healthz/outbound", UriKind.Relative));
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException) when (!platform.HasEnded)
                {
                    return false;
                }
            },
            "the sidecar listens");
        return platform;
    }

    /// <summary>The faults with their hits, as the host says.</summary>
    public async Task<IReadOnlyList<FaultStatus>> FaultsAsync()
    {
        using var client = ControlClient.Find(RunDirectory) ?? throw new InvalidOperationException("the host has ended");
        return (await client.StatusAsync(CancellationToken.None)).Faults;
    }

    public async ValueTask DisposeAsync()
    {
        using (var stop = Process.Start(Command("stop"))!)
        {
            await stop.WaitForExitAsync();
        }

        if (!_host.HasExited)
        {
            _host.Kill(entireProcessTree: true);
        }

        _host.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Component(string name, string type, string version, params string[] metadata) => JsonSerializer.Serialize(new
    {
        apiVersion = "dapr.io/v1alpha1",
        kind = "Component",
        metadata = new { name },
        spec = new { type, version, metadata = Array.Empty<object>() },
    }).Replace("\"metadata\":[]", $"\"metadata\":[{string.Join(", ", metadata.SelectMany(Entries))}]", StringComparison.Ordinal);

    private static IEnumerable<string> Entries(string fields) => fields.Split(", ").Select(field => field.Split(": ", 2)).Select(pair => $"{{\"name\":\"{pair[0]}\",\"value\":{(pair[1].StartsWith('"') ? pair[1] : $"\"{pair[1]}\"")}}}");

    private ProcessStartInfo Command(params IEnumerable<string> words) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "Sidecar.Host.dll"), .. words, "--run-dir", RunDirectory]) { UseShellExecute = false, RedirectStandardOutput = false };

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
