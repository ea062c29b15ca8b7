using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Sidecar.Api.Http;

/// <summary>
/// Answers requests that Kestrel refuses before any handler sees them as Go's server does, and so daprd: Kestrel's own answer has no body. Kestrel
/// tells of a refusal only by its log, so this is also the logger factory that it gets; what it writes after that on the connection is replaced.
/// </summary>
/// <param name="answer">The status and JSON body for a refused target, or null for the plain text.</param>
internal sealed class RejectedRequests(ILoggerFactory loggers, Func<string, ApiError?>? answer = null) : ILoggerFactory
{
    private const string Server = "Microsoft.AspNetCore.Server.Kestrel";
    private readonly ConcurrentDictionary<string, RejectionWriter> _connections = new(StringComparer.Ordinal);

    /// <summary>Watches a connection.</summary>
    public async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var transport = connection.Transport;
        var writer = new RejectionWriter(transport.Output);
        _connections[connection.ConnectionId] = writer;
        connection.Transport = new Duplex(transport.Input, writer);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
            _connections.TryRemove(connection.ConnectionId, out _);
        }
    }

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName)
    {
        var logger = loggers.CreateLogger(categoryName);
        return categoryName is Server or Server + ".BadRequests" ? new Observer(logger, this) : logger;
    }

    /// <inheritdoc />
    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    /// <inheritdoc />
    public void Dispose()
    {
        // The factory belongs to who gave it.
    }

    private void Reject(string connection, BadHttpRequestException refusal)
    {
        if (_connections.TryGetValue(connection, out var writer))
        {
            writer.Reject(Answer(refusal));
        }
    }

    private byte[] Answer(BadHttpRequestException refusal)
    {
        // "Invalid request target: '/v1.0/...'"; in "Invalid content length: 5'" the one quote is the client's.
        var quote = refusal.Message.IndexOf('\'', StringComparison.Ordinal);
        if (quote >= 0 && quote < refusal.Message.Length - 1 && refusal.Message.EndsWith('\'') && answer?.Invoke(refusal.Message[(quote + 1)..^1]) is { } error)
        {
            return Message(error.Status, "application/json", error.ToJson());
        }

        // Go has one limit for the request line and the headers.
        var status = refusal.StatusCode == StatusCodes.Status414UriTooLong ? StatusCodes.Status431RequestHeaderFieldsTooLarge : refusal.StatusCode;
        return Message(status, "text/plain; charset=utf-8", Encoding.ASCII.GetBytes($"{status} {ReasonPhrases.GetReasonPhrase(status)}"));
    }

    private static byte[] Message(int status, string contentType, byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body];

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Observer(ILogger inner, RejectedRequests requests) : ILogger
    {
        private const int ConnectionBadRequest = 17;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        // Kestrel puts the target into its exception only where information is logged.
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == ConnectionBadRequest && exception is BadHttpRequestException refusal && state is IReadOnlyList<KeyValuePair<string, object?>> fields
                && fields.FirstOrDefault(field => field.Key == "ConnectionId").Value is string connection)
            {
                requests.Reject(connection, refusal);
            }

            if (inner.IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }

    /// <summary>Passes on what is written until a request is refused; then writes one answer and nothing more.</summary>
    private sealed class RejectionWriter(PipeWriter inner) : PipeWriter
    {
        private byte[]? _answer;
        private byte[]? _unwanted;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public void Reject(byte[] answer) => _answer = answer;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _answer is null ? inner.GetMemory(sizeHint) : Unwanted(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _answer is null ? inner.GetSpan(sizeHint) : Unwanted(sizeHint);

        public override void Advance(int bytes)
        {
            if (_unwanted is null)
            {
                inner.Advance(bytes);
            }
        }

        // Kestrel writes only where no answer has begun; then its own is replaced.
        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (_unwanted is not null && _answer is { Length: > 0 } answer)
            {
                _answer = [];
                return inner.WriteAsync(answer, cancellationToken);
            }

            return inner.FlushAsync(cancellationToken);
        }

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        private byte[] Unwanted(int sizeHint) => _unwanted is not null && _unwanted.Length >= sizeHint ? _unwanted : _unwanted = new byte[Math.Max(sizeHint, 4096)];
    }
}
