using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sidecar.Api.Http;

/// <summary>A request body longer than the sidecar accepts; the text is daprd's.</summary>
internal sealed class BodyTooLargeException() : IOException("stream too large");

/// <summary>Ends a request body with <see cref="BodyTooLargeException"/> once it is longer than the limit.</summary>
internal sealed class LimitedBody(Stream body, long limit) : Stream
{
    private long _left = limit;

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Limits the body of a request whose length is unknown or too large.</summary>
    public static void Apply(HttpContext context, long limit)
    {
        if (!(context.Request.ContentLength <= limit) && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            context.Request.Body = new LimitedBody(context.Request.Body, limit);
        }
    }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Up to the limit everything goes through; one byte more is the error.
        var read = await body.ReadAsync(buffer.Length > _left && _left > 0 ? buffer[..(int)_left] : buffer, cancellationToken);
        _left -= read;
        return _left < 0 ? throw new BodyTooLargeException() : read;
    }

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read the body asynchronously.");

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Flush()
    {
    }
}
