using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Http;

/// <summary>Reads a whole request body; the sidecar's limit on bodies bounds it.</summary>
internal static class RequestBytes
{
    private const int Chunk = 16 * 1024;

    // A caller that announces more than this must send it before its memory is taken.
    private const int MaxTrusted = 64 * 1024;

    /// <summary>The body; one over the limit is cut there and not complete.</summary>
    public static Task<(byte[] Body, bool Complete)> ReadAsync(HttpContext context) =>
        context.Request.ContentLength is >= 0 and <= MaxTrusted and var length ? ReadKnownAsync(context, (int)length) : ReadUnknownAsync(context);

    private static async Task<(byte[] Body, bool Complete)> ReadKnownAsync(HttpContext context, int length)
    {
        var body = length == 0 ? [] : new byte[length];
        var count = 0;
        try
        {
            while (count < length && await context.Request.Body.ReadAsync(body.AsMemory(count), context.RequestAborted) is var read and > 0)
            {
                count += read;
            }
        }
        catch (BodyTooLargeException)
        {
            return (body[..count], false);
        }

        return (count == length ? body : body[..count], true);
    }

    private static async Task<(byte[] Body, bool Complete)> ReadUnknownAsync(HttpContext context)
    {
        var body = new ArrayBufferWriter<byte>(Chunk);
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
