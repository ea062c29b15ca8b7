using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Sidecar.Redis;

/// <summary>
/// One authenticated connection, pipelined: commands are written in the order in which they are accepted and replies are matched in
/// that order. Invariant: a command enters <c>_awaiting</c> before its first byte is written, and only the reader takes it out, so that a reply can
/// never meet the wrong command. Any fault ends the whole connection; what was written then fails as "may have been executed".
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly Channel<Pending> _outgoing;
    private readonly ConcurrentQueue<Pending> _awaiting = new();
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<Exception> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _endpoint;
    private readonly Action<RedisReply>? _pushed;
    private Task _loops = Task.CompletedTask;
    private long _replies;

    private RedisConnection(Stream stream, RedisOptions options, TimeProvider time, Action<RedisReply>? pushed)
    {
        _stream = stream;
        _time = time;
        _endpoint = options.Endpoint;
        _pushed = pushed;
        _slots = new SemaphoreSlim(options.MaxPending);
        _outgoing = Channel.CreateBounded<Pending>(new BoundedChannelOptions(options.MaxPending) { SingleReader = true });
    }

    /// <summary>Completes with the cause when the connection is gone.</summary>
    public Task<Exception> Closed => _closed.Task;

    /// <summary>Connects, speaks RESP3 where the server can, authenticates and selects the database.</summary>
    /// <param name="pushed">Gets the messages of subscriptions; must be quick and never throw.</param>
    public static async Task<RedisConnection> OpenAsync(RedisOptions options, TimeProvider time, CancellationToken cancellationToken, Action<RedisReply>? pushed = null)
    {
        using var deadline = new CancellationTokenSource(options.DialTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        RedisConnection? connection = null;
        try
        {
            connection = new RedisConnection(await DialAsync(options, linked.Token), options, time, pushed);
            connection._loops = Task.Run(connection.RunAsync, CancellationToken.None);
            await connection.GreetAsync(options, linked.Token);
            return connection;
        }
        catch (Exception exception)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw exception switch
            {
                RedisException => exception,
                OperationCanceledException => new RedisConnectionException($"connecting to redis at {options.Endpoint} took longer than {options.DialTimeout.TotalSeconds:0.#} s", sent: false, exception),
                _ => new RedisConnectionException($"error connecting to redis at {options.Endpoint}: {exception.Message}", sent: false, exception),
            };
        }
    }

    /// <summary>Sends a command and waits for its reply; an error reply throws <see cref="RedisServerException"/>.</summary>
    public async Task<RedisReply> ExecuteAsync(RedisCommand command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        await TakeSlotAsync(command, timeout, cancellationToken);
        var repliesBefore = Volatile.Read(ref _replies);
        var pending = new Pending(command);
        if (!_outgoing.Writer.TryWrite(pending))
        {
            _slots.Release();
            throw Lost(sent: false, _closed.Task.IsCompleted ? await _closed.Task : null);
        }

        try
        {
            var left = timeout - _time.GetElapsedTime(started);
            var reply = await pending.Reply.Task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, cancellationToken);
            return reply.Kind == RedisReplyKind.Error ? throw new RedisServerException(reply.AsText()!) : reply;
        }
        catch (TimeoutException)
        {
            var timedOut = new RedisTimeoutException($"redis at {_endpoint} did not answer {command.Name} within {timeout.TotalSeconds:0.#} s");
            if (Volatile.Read(ref _replies) == repliesBefore)
            {
                // Silence for the whole time, and replies come in order: only a new connection helps. While others are answered, the
                // server is merely slow, and a new connection would fail everything that is under way.
                Close(timedOut);
            }

            throw timedOut;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Close(new ObjectDisposedException(nameof(RedisConnection)));
        await _loops;
        _stop.Dispose();
    }

    private static async Task<Stream> DialAsync(RedisOptions options, CancellationToken cancellationToken)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(options.Host, options.Port, cancellationToken);
            client.Client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            var stream = client.GetStream();
            if (!options.Tls)
            {
                return stream;
            }

            var tls = new SslStream(stream, leaveInnerStreamOpen: false);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = options.Host }, cancellationToken);
            return tls;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private async ValueTask TakeSlotAsync(RedisCommand command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_slots.Wait(0, CancellationToken.None))
        {
            return;
        }

        using var deadline = new CancellationTokenSource(timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _slots.WaitAsync(linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RedisTimeoutException($"redis at {_endpoint} is too busy: {command.Name} waited {timeout.TotalSeconds:0.#} s for the commands before it and was not sent");
        }
    }

    private async Task GreetAsync(RedisOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var hello = options.Password is { } password ? RedisCommand.Of("HELLO", 3, "AUTH", options.Username ?? "default", password) : RedisCommand.Of("HELLO", 3);
            await ExecuteAsync(hello, options.DialTimeout, cancellationToken);
        }
        catch (RedisServerException exception) when (exception.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase))
        {
            // A server older than 6: RESP2, which the parser reads just as well.
            if (options.Password is { } password)
            {
                var auth = options.Username is { } user ? RedisCommand.Of("AUTH", user, password) : RedisCommand.Of("AUTH", password);
                await ExecuteAsync(auth, options.DialTimeout, cancellationToken);
            }
        }

        if (options.Database != 0)
        {
            await ExecuteAsync(RedisCommand.Of("SELECT", options.Database), options.DialTimeout, cancellationToken);
        }
    }

    private async Task RunAsync()
    {
        await Task.WhenAll(WriteLoopAsync(), ReadLoopAsync());

        // Only now can no loop add to a queue any more.
        var cause = await _closed.Task;
        while (_awaiting.TryDequeue(out var pending))
        {
            Fail(pending, sent: true, cause);
        }

        while (_outgoing.Reader.TryRead(out var pending))
        {
            Fail(pending, sent: false, cause);
        }
    }

    private async Task WriteLoopAsync()
    {
        var writer = PipeWriter.Create(_stream, new StreamPipeWriterOptions(minimumBufferSize: 16 * 1024, leaveOpen: true));
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(_stop.Token))
            {
                while (_outgoing.Reader.TryRead(out var pending))
                {
                    _awaiting.Enqueue(pending);
                    WriteTo(writer, pending.Command.Wire.Span);
                    if (writer.UnflushedBytes > 64 * 1024)
                    {
                        await writer.FlushAsync(_stop.Token);
                    }
                }

                await writer.FlushAsync(_stop.Token);
            }
        }
        catch (Exception exception)
        {
            Close(exception);
        }
    }

    private static void WriteTo(PipeWriter writer, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var span = writer.GetSpan();
            var count = Math.Min(span.Length, bytes.Length);
            bytes[..count].CopyTo(span);
            writer.Advance(count);
            bytes = bytes[count..];
        }
    }

    private async Task ReadLoopAsync()
    {
        var reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(_stop.Token);
                var buffer = result.Buffer;
                while (RespParser.TryRead(ref buffer, out var reply))
                {
                    Complete(reply);
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    throw new EndOfStreamException("the server closed the connection");
                }
            }
        }
        catch (Exception exception)
        {
            Close(exception);
        }
    }

    private void Complete(RedisReply reply)
    {
        // The answer to a subscribe command comes as a push too; any other push is a message.
        if (reply.Kind == RedisReplyKind.Push && reply.Items[0].AsText() is not ("subscribe" or "psubscribe"))
        {
            _pushed?.Invoke(reply);
            return;
        }

        if (!_awaiting.TryDequeue(out var pending))
        {
            throw new InvalidDataException("a reply that nobody asked for");
        }

        Volatile.Write(ref _replies, _replies + 1);
        _slots.Release();
        pending.Reply.TrySetResult(reply);
    }

    private void Close(Exception cause)
    {
        if (_closed.TrySetResult(cause))
        {
            _outgoing.Writer.TryComplete();
            _stop.Cancel();
            _stream.Dispose();
        }
    }

    private void Fail(Pending pending, bool sent, Exception cause)
    {
        _slots.Release();
        pending.Reply.TrySetException(Lost(sent, cause));
    }

    private RedisConnectionException Lost(bool sent, Exception? cause) => new($"lost the connection to redis at {_endpoint}: {cause?.Message ?? "closed"}", sent, cause);

    private sealed class Pending(RedisCommand command)
    {
        public RedisCommand Command { get; } = command;

        public TaskCompletionSource<RedisReply> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
