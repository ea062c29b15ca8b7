using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Http;

/// <summary>Reads a whole request body; the sidecar's limit on bodies bounds it.</summary>
internal static class RequestBytes
{
    /// <summary>The body; one over the limit is cut there and not complete.</summary>
    public static async Task<(byte[] Body, bool Complete)> ReadAsync(HttpContext context)
    {
        const int Chunk = 16 * 1024;
        const int MaxFirst = 1024 * 1024;
        var body = new ArrayBufferWriter<byte>((int)Math.Clamp(context.Request.ContentLength ?? Chunk, 1, MaxFirst));
        try
        {
            while (await context.Request.Body.ReadAsync(body.GetMemory(Chunk), context.RequestAborted) is var read and > 0)
            {
                body.Advance(read);
            }

            return (body.WrittenSpan.ToArray(), true);
        }
        catch (BodyTooLargeException)
        {
            return (body.WrittenSpan.ToArray(), false);
        }
    }
}
