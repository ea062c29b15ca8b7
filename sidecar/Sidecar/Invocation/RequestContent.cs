using System.Net;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Invocation;

/// <summary>A request body that streams from the caller to the app; it can be sent once.</summary>
internal sealed class RequestContent(HttpRequest request) : HttpContent
{
    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc />
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // A body of unknown length may be a stream that the app answers to while it runs: nothing waits for more.
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                if (request.ContentLength is null)
                {
                    await stream.FlushAsync(cancellationToken);
                }
            }
        }
        catch (Api.Http.BodyTooLargeException)
        {
            // What was within the limit has gone out: the app sees a body that ends too early, as with daprd.
            await stream.FlushAsync(cancellationToken);
            throw;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength ?? 0;
        return request.ContentLength is not null;
    }
}
