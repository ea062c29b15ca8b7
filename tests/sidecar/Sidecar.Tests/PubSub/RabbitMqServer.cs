using System.Diagnostics;
using System.Net.Sockets;
using Sidecar.Components;
using Sidecar.Tests.Outages;

namespace Sidecar.Tests.PubSub;

/// <summary>A RabbitMQ server of the test's own: own ports, node name and data.</summary>
public sealed class RabbitMqServer : IAsyncLifetime, IRestartableServer
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rabbitmq-");
    private readonly int _distributionPort = FreePort.Next();
    private readonly int _namePort = FreePort.Next();
    private Process? _process;

    public int Port { get; } = FreePort.Next();

    public string Url => $"amqp://guest:guest@127.0.0.1:{Port}";

    /// <summary>A component on it.</summary>
    internal ComponentSpec Component(string consumer, params (string Name, string Value)[] metadata)
    {
        var fields = metadata.ToDictionary(field => field.Name, field => field.Value, StringComparer.OrdinalIgnoreCase);
        fields["connectionString"] = Url;
        fields["consumerID"] = consumer;
        fields.TryAdd("deletedWhenUnused", "false");
        fields["deliveryMode"] = "2";
        fields["reconnectWaitSeconds"] = "1";
        return new ComponentSpec("pubsub", "pubsub.rabbitmq", "v1", fields, "pubsub.yaml");
    }

    public async Task InitializeAsync()
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException($"{Program} is missing; install it: apt-get install rabbitmq-server");
        }

        _process = Run(Program);
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.TrueAsync(IsOpenAsync, "rabbitmq-server listens", StartTimeout);
    }

    Task IRestartableServer.RestartAsync() => InitializeAsync();

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        // The name service goes on without its node unless told to stop.
        using var stop = Run("epmd", "-kill");
        await stop.WaitForExitAsync();
        _folder.Delete(recursive: true);
    }

    private Process Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Settings())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private IEnumerable<(string Name, string Value)> Settings() =>
    [
        ("HOME", _folder.FullName),
        ("RABBITMQ_NODENAME", $"test{Port}@localhost"),
        ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
        ("RABBITMQ_NODE_PORT", $"{Port}"),
        ("RABBITMQ_DIST_PORT", $"{_distributionPort}"),
        ("RABBITMQ_MNESIA_BASE", _folder.FullName),
        ("RABBITMQ_LOG_BASE", _folder.FullName),
        ("RABBITMQ_PID_FILE", Path.Combine(_folder.FullName, "pid")),
        ("RABBITMQ_CONFIG_FILE", Path.Combine(_folder.FullName, "none")),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", Path.Combine(_folder.FullName, "plugins")),
        ("ERL_EPMD_PORT", $"{_namePort}"),
        ("ERL_EPMD_ADDRESS", "127.0.0.1"),
    ];

    private async Task<bool> IsOpenAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
