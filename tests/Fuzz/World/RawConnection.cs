using System.Net.Sockets;
using System.Text;

namespace Fuzz.World;

/// <summary>How an exchange ended.</summary>
internal enum ExchangeEnd
{
    /// <summary>With a whole answer.</summary>
    Answered,

    /// <summary>The server closed the connection.</summary>
    Closed,

    /// <summary>Nothing came within the time.</summary>
    Silent,
}

/// <summary>What came back.</summary>
internal sealed record RawAnswer(ExchangeEnd End, int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>Whether the end of the body is known without the end of the connection.</summary>
    public bool IsFramed => Status == 204 || Header("content-length") is not null || Header("transfer-encoding") is not null;

    public string? Header(string name) => Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}

/// <summary>HTTP/1.1 by hand: sends any bytes and reads what comes back, however odd. Closes with a reset, so that no ports pile up.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly List<byte> _received = [];

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var connection = new RawConnection();
        connection._client.LingerState = new LingerOption(true, 0);
        await connection._client.ConnectAsync("127.0.0.1", port);
        return connection;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Sends and waits for one whole answer.</summary>
    public async Task<RawAnswer> ExchangeAsync(byte[] request, bool isHead, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await _client.GetStream().WriteAsync(request, deadline.Token);
            return await ReadAsync(isHead, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return new RawAnswer(ExchangeEnd.Silent, 0, [], []);
        }
        catch (IOException)
        {
            // A server that refuses to read on closes, sometimes before its answer is read.
            return new RawAnswer(ExchangeEnd.Closed, 0, [], []);
        }
    }

    private async Task<RawAnswer> ReadAsync(bool isHead, CancellationToken cancellationToken)
    {
        while (true)
        {
            int end;
            while ((end = IndexOf("\r\n\r\n")) < 0)
            {
                if (!await MoreAsync(cancellationToken))
                {
                    return new RawAnswer(ExchangeEnd.Closed, 0, [], [.. _received]);
                }
            }

            var lines = Encoding.Latin1.GetString([.. Take(end + 4)]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            var status = int.Parse(lines[0].Split(' ')[1]);
            var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Select(pair => (pair[0], pair.Length > 1 ? pair[1].Trim() : "")).ToList();
            if (status >= 200)
            {
                var answer = new RawAnswer(ExchangeEnd.Answered, status, headers, []);
                return answer with { Body = isHead || status is 204 or 304 ? [] : await BodyAsync(answer, cancellationToken) };
            }
        }
    }

    private async Task<byte[]> BodyAsync(RawAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Header("content-length") is { } length)
        {
            return await TakeAsync(int.Parse(length), cancellationToken);
        }

        if (answer.Header("transfer-encoding") is null)
        {
            while (await MoreAsync(cancellationToken))
            {
            }

            return Take(_received.Count);
        }

        using var body = new MemoryStream();
        while (true)
        {
            int end;
            while ((end = IndexOf("\r\n")) < 0 && await MoreAsync(cancellationToken))
            {
            }

            var size = end < 0 ? 0 : Convert.ToInt32(Encoding.ASCII.GetString(Take(end + 2)).Trim(), 16);
            body.Write(await TakeAsync(size, cancellationToken));
            await TakeAsync(2, cancellationToken);
            if (size == 0)
            {
                return body.ToArray();
            }
        }
    }

    private async Task<byte[]> TakeAsync(int count, CancellationToken cancellationToken)
    {
        while (_received.Count < count && await MoreAsync(cancellationToken))
        {
        }

        return Take(Math.Min(count, _received.Count));
    }

    private byte[] Take(int count)
    {
        byte[] taken = [.. _received.Take(count)];
        _received.RemoveRange(0, count);
        return taken;
    }

    private async Task<bool> MoreAsync(CancellationToken cancellationToken)
    {
        var read = await _client.GetStream().ReadAsync(_buffer, cancellationToken);
        _received.AddRange(_buffer.AsSpan(0, read));
        return read > 0;
    }

    private int IndexOf(string text) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received).IndexOf(Encoding.ASCII.GetBytes(text));
}
