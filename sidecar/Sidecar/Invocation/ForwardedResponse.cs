using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sidecar.Invocation;

/// <summary>
/// Writes an app's answer to the caller: status, headers, and the body as it comes. Invariant: when that fails before anything has left, the
/// answer is as it was before, with what the sidecar itself says to the caller and nothing of the app's.
/// </summary>
internal static class ForwardedResponse
{
    private const int ChunkSize = 16 * 1024;
    private const int SniffedBytes = 512;
    private const int FirstFailure = 400;
    private const string EventStream = "text/event-stream";

    /// <param name="isBuffered">daprd gives a failed answer without a content type the one of JSON, unless the request streamed.</param>
    public static async Task WriteAsync(HttpContext context, HttpResponseMessage from, bool isBuffered, CancellationToken cancellationToken)
    {
        var to = context.Response;
        var own = new OwnHeaders(to);
        try
        {
            if (WriteHead(context, from, isBuffered))
            {
                await CopyBodyAsync(context, from, cancellationToken);
            }
        }
        catch (Exception) when (!to.HasStarted)
        {
            own.Restore(to);
            throw;
        }
    }

    private static bool WriteHead(HttpContext context, HttpResponseMessage from, bool isBuffered)
    {
        var to = context.Response;
        var status = (int)from.StatusCode;
        to.StatusCode = status;
        ForwardedHeaders.CopyToCaller(from, to);
        if (status is 204 or 205 or 304)
        {
            to.ContentLength = null;
            if (status == 304)
            {
                to.ContentType = null;
            }

            return false;
        }

        if (status < FirstFailure && context.Request.Headers.Accept is [{ } accept] && accept.Trim().Equals(EventStream, StringComparison.OrdinalIgnoreCase))
        {
            to.ContentType = EventStream;
            to.Headers.CacheControl = "no-cache";
            to.ContentLength = null;
        }

        if (to.ContentType is null && isBuffered && status is < 200 or > 399)
        {
            to.ContentType = MediaTypeNames.Application.Json;
        }

        return !HttpMethods.IsHead(context.Request.Method);
    }

    private static async Task CopyBodyAsync(HttpContext context, HttpResponseMessage from, CancellationToken cancellationToken)
    {
        var to = context.Response;
        await using var body = from.Content.ReadAsStream(cancellationToken);
        if (to.ContentLength is null && to.ContentType is not null)
        {
            // A stream may be silent for long: its headers leave at once.
            await to.StartAsync(cancellationToken);
            await to.BodyWriter.FlushAsync(cancellationToken);
        }

        // A body whose length is known ends there, without a read that finds nothing more.
        var left = from.Content.Headers.ContentLength ?? long.MaxValue;
        var writer = to.BodyWriter;
        while (left > 0)
        {
            var memory = writer.GetMemory(to.ContentLength is < ChunkSize ? 1 : ChunkSize);
            var read = await body.ReadAsync(memory, cancellationToken);
            if (read == 0)
            {
                return;
            }

            to.ContentType ??= SniffContentType(memory.Span[..read]);
            writer.Advance(read);
            left -= read;
            if ((await writer.FlushAsync(cancellationToken)).IsCompleted)
            {
                return;
            }
        }
    }

    // As Go's server does for a body without a type: markup, text or bytes.
    private static string? SniffContentType(ReadOnlySpan<byte> body)
    {
        var head = body[..Math.Min(body.Length, SniffedBytes)];
        var text = head.TrimStart(" \t\r\n\f"u8);
        if (StartsWithTag(text, "<!DOCTYPE HTML"u8) || StartsWithTag(text, "<HTML"u8) || StartsWithTag(text, "<HEAD"u8) || StartsWithTag(text, "<BODY"u8) || StartsWithTag(text, "<P"u8))
        {
            return "text/html; charset=utf-8";
        }

        if (text.StartsWith("<?xml"u8))
        {
            return "text/xml; charset=utf-8";
        }

        foreach (var octet in head)
        {
            if (octet is <= 0x08 or 0x0B or (>= 0x0E and <= 0x1A) or (>= 0x1C and <= 0x1F))
            {
                return "application/octet-stream";
            }
        }

        return "text/plain; charset=utf-8";
    }

    private static bool StartsWithTag(ReadOnlySpan<byte> text, ReadOnlySpan<byte> tag) =>
        text.Length > tag.Length && System.Text.Ascii.EqualsIgnoreCase(text[..tag.Length], tag) && text[tag.Length] is (byte)' ' or (byte)'>';

    // Trace headers are nearly always there and need no list.
    private readonly struct OwnHeaders
    {
        private readonly StringValues _traceParent;
        private readonly StringValues _traceState;
        private readonly KeyValuePair<string, StringValues>[]? _all;

        public OwnHeaders(HttpResponse response)
        {
            var headers = response.Headers;
            (_traceParent, _traceState) = (headers.TraceParent, headers.TraceState);
            _all = headers.Count > (_traceParent.Count > 0 ? 1 : 0) + (_traceState.Count > 0 ? 1 : 0) ? [.. headers] : null;
        }

        public void Restore(HttpResponse response)
        {
            response.Clear();
            (response.Headers.TraceParent, response.Headers.TraceState) = (_traceParent, _traceState);
            foreach (var (name, values) in _all ?? [])
            {
                response.Headers[name] = values;
            }
        }
    }
}
