using System.Diagnostics;
using Sidecar.Components;
using Sidecar.Redis;
using Sidecar.Tests.Outages;

namespace Sidecar.Tests.Redis;

/// <summary>A Redis server process of a test's own, which the test may kill and start again on the same port.</summary>
internal sealed class RedisServer : IRestartableServer
{
    private const string Password = "secret";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redis-test");
    private Process? _process;

    public int Port { get; } = FreePort.Next();

    public RedisOptions Options => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        Password = Password,
        CommandTimeout = TimeSpan.FromSeconds(3),
        ReconnectDelay = TimeSpan.FromMilliseconds(10),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(50),
    };

    /// <summary>A component on it.</summary>
    public ComponentSpec Component(string type, params (string Name, string Value)[] metadata)
    {
        var fields = metadata.ToDictionary(field => field.Name, field => field.Value, StringComparer.OrdinalIgnoreCase);
        fields["redisHost"] = $"127.0.0.1:{Port}";
        fields["redisPassword"] = Password;
        return new ComponentSpec("redis", type, "v1", fields, "redis.yaml");
    }

    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer();
        await server.RestartAsync();
        return server;
    }

    public async Task RestartAsync()
    {
        var start = new ProcessStartInfo("redis-server", ["--port", Port.ToString(), "--bind", "127.0.0.1", "--requirepass", Password, "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", _folder.FullName, "--logfile", "redis.log"])
        {
            UseShellExecute = false,
        };
        _process = Process.Start(start)!;
        await Eventually.TrueAsync(PingAsync, "redis-server answers");
    }

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task<bool> PingAsync()
    {
        try
        {
            await using var connection = await RedisConnection.OpenAsync(Options, TimeProvider.System, CancellationToken.None);
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
