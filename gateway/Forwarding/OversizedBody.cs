using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway;

/// <summary>
/// Takes in what a client still sends of a body that was refused for its size. A connection closed under a client that is still sending is reset,
/// and many clients then report a broken connection and never read the answer (RFC 9112, 9.6).
/// </summary>
internal static class OversizedBody
{
    private const int BufferSize = 16 * 1024;
    private const long AtMost = 16 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Reads until the body's end, 16 MiB or 5 s, whichever comes first. A client that waits for 100 (Continue) sends nothing more.</summary>
    public static async Task DiscardAsync(HttpRequest request, TimeProvider clock, CancellationToken ct)
    {
        if (request.Headers.Expect.Count > 0 || request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } limit)
        {
            return;
        }

        limit.MaxRequestBodySize = AtMost;
        using var deadline = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await request.Body.ReadAsync(buffer, either.Token) > 0)
            {
                // Nobody wants it.
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The client has gone, is too slow or sends too much: the answer is on its way, and the connection closes.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
