using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sidecar.Components;
using Sidecar.Redis;

namespace Sidecar.Tests.Redis;

/// <summary>Takes commands as Redis does, but closes the connection on those it is told to break on, when it has read the whole of them.</summary>
internal sealed class BreakingRedis : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, int, bool> _breaksOn;
    private readonly ConcurrentDictionary<string, int> _received = new(StringComparer.Ordinal);
    private readonly Task _running;

    /// <param name="breaksOn">Whether to break on a command that comes for the n-th time.</param>
    public BreakingRedis(Func<string, int, bool> breaksOn)
    {
        _breaksOn = breaksOn;
        _listener.Start();
        _running = RunAsync();
    }

    public RedisOptions Options => new()
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        CommandTimeout = TimeSpan.FromSeconds(10),
        ReconnectDelay = TimeSpan.FromMilliseconds(1),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(10),
    };

    /// <summary>A component on it.</summary>
    public ComponentSpec Component(string type) => new("redis", type, "v1", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["redisHost"] = $"127.0.0.1:{Options.Port}" }, "redis.yaml");

    /// <summary>How often a command came.</summary>
    public int Received(string command) => _received.GetValueOrDefault(command);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Dispose();
        _stop.Dispose();
    }

    // One connection at a time is all that a client has.
    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await ServeAsync(client.GetStream());
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        while (await reader.ReadLineAsync(_stop.Token) is { } head)
        {
            var words = new List<string>();
            for (var left = int.Parse(head[1..]); left > 0; left--)
            {
                var word = new char[int.Parse((await reader.ReadLineAsync(_stop.Token))![1..])];
                await reader.ReadBlockAsync(word, _stop.Token);
                await reader.ReadLineAsync(_stop.Token);
                words.Add(new string(word));
            }

            var count = _received[words[0]] = Received(words[0]) + 1;
            if (_breaksOn(words[0], count))
            {
                return;
            }

            await stream.WriteAsync(words[0] == "EVALSHA" ? ":0\r\n"u8.ToArray() : "+OK\r\n"u8.ToArray(), _stop.Token);
        }
    }
}
