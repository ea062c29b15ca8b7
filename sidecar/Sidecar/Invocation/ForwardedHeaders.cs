using System.Collections.Frozen;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sidecar.Api.Http;

namespace Sidecar.Invocation;

/// <summary>Which headers go from the caller to the app and back: all but those of the connection and those the sidecar sets itself.</summary>
internal static class ForwardedHeaders
{
    private static readonly FrozenSet<string> HopByHop = FrozenSet.ToFrozenSet(
        ["Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> NotToApp = FrozenSet.ToFrozenSet(
        [.. HopByHop, "Host", "Content-Length", "dapr-api-token", "dapr-app-id", "traceparent", "tracestate"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Copies the caller's headers to the request for the app.</summary>
    public static void CopyToApp(IHeaderDictionary from, HttpRequestMessage request)
    {
        var nominated = from.Connection;
        foreach (var (name, values) in from)
        {
            if (!NotToApp.Contains(name) && !IsNominated(nominated, name) && !IsNoContentType(name, values))
            {
                Add(request, name, values);
            }
        }
    }

    /// <summary>Sets the trace headers of a request.</summary>
    public static void SetTrace(HttpRequestMessage request, string? traceParent, string traceState)
    {
        if (traceParent is not null)
        {
            request.Headers.Remove("traceparent");
            request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        }

        if (traceState.Length > 0)
        {
            request.Headers.Remove("tracestate");
            request.Headers.TryAddWithoutValidation("tracestate", traceState);
        }
    }

    /// <summary>Copies the app's answer headers to the caller.</summary>
    public static void CopyToCaller(HttpResponseMessage from, HttpResponse to)
    {
        var nominated = from.Headers.NonValidated.TryGetValues("Connection", out var connection) ? new StringValues([.. connection]) : StringValues.Empty;
        Copy(from.Headers.NonValidated, to.Headers, nominated);
        Copy(from.Content.Headers.NonValidated, to.Headers, nominated);
    }

    private static void Copy(HttpHeadersNonValidated from, IHeaderDictionary to, StringValues nominated)
    {
        foreach (var (name, values) in from)
        {
            if (!HopByHop.Contains(name) && !IsNominated(nominated, name))
            {
                // .NET's client lets control characters in, which its server throws at: by then the app has done what it was asked.
                if (!AreValid(values))
                {
                    continue;
                }

                var copy = values.Count == 1 ? new StringValues(values.ToString()) : new StringValues([.. values]);

                // What the sidecar's own part of an answer depends on, and what the app's does: caches need both.
                to[name] = name.Equals("Vary", StringComparison.OrdinalIgnoreCase) ? StringValues.Concat(to.Vary, copy) : copy;
            }
        }
    }

    private static bool AreValid(HeaderStringValues values)
    {
        foreach (var value in values)
        {
            if (!FieldValue.IsValid(value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNoContentType(string name, StringValues values) => values is [""] && name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);

    private static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            _ = request.Headers.TryAddWithoutValidation(name, values[0]) || request.Content?.Headers.TryAddWithoutValidation(name, values[0]) == true;
        }
        else
        {
            _ = request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()) || request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable()) == true;
        }
    }

    private static bool IsNominated(StringValues connection, string name)
    {
        foreach (var value in connection)
        {
            foreach (var part in value.AsSpan().Split(','))
            {
                if (value.AsSpan()[part].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
