using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sidecar.Tests.Outages;

namespace Sidecar.Tests.Bindings;

/// <summary>A mail server that takes everything and keeps what was said to it and the texts of the mails, over a kill too.</summary>
internal sealed class MailServer : IRestartableServer
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<string> _texts = new();
    private readonly CancellationTokenSource _end = new();
    private CancellationTokenSource _kill = new();
    private Task _running = Task.CompletedTask;

    public int Port { get; } = FreePort.Next();

    /// <summary>What clients said.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>The texts of the mails that were taken.</summary>
    public IReadOnlyList<string> Texts => [.. _texts];

    public static async Task<MailServer> StartAsync()
    {
        var server = new MailServer();
        await server.RestartAsync();
        return server;
    }

    public Task RestartAsync()
    {
        _kill = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        _running = RunAsync(listener, _kill.Token);
        return Task.CompletedTask;
    }

    public async Task KillAsync()
    {
        await _kill.CancelAsync();
        await _running;
        _kill.Dispose();
    }

    /// <summary>Returns when every conversation has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _kill.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        var conversations = new List<Task>();
        using (listener)
        {
            try
            {
                while (true)
                {
                    conversations.Add(TalkAsync(await listener.AcceptTcpClientAsync(cancellationToken), cancellationToken));
                }
            }
            catch (OperationCanceledException)
            {
                // Killed.
            }
        }

        await Task.WhenAll(conversations);
    }

    private async Task TalkAsync(TcpClient client, CancellationToken cancellationToken)
    {
        using (client)
        {
            using var reader = new StreamReader(client.GetStream());
            await using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true, NewLine = "\r\n" };
            try
            {
                await writer.WriteLineAsync("220 ready");
                while (await reader.ReadLineAsync(cancellationToken) is { } line)
                {
                    _lines.Enqueue(line);
                    if (line == "DATA")
                    {
                        await writer.WriteLineAsync("354 go on");
                        _texts.Enqueue(await ReadMailAsync(reader, cancellationToken));
                    }

                    await writer.WriteLineAsync(line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-here\r\n250 8BITMIME" : "250 ok");
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // Killed, or the client went away: what was said so far counts.
            }
        }
    }

    private async Task<string> ReadMailAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(cancellationToken) is { } line && line != ".")
        {
            _lines.Enqueue(line);
            lines.Add(line);
        }

        return Encoding.UTF8.GetString(Convert.FromBase64String(string.Concat(lines.SkipWhile(line => line.Length > 0))));
    }
}
