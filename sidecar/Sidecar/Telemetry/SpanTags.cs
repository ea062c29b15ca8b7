using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Telemetry;

/// <summary>The tags of daprd's spans of the HTTP API.</summary>
internal static class SpanTags
{
    // What the sidecars of this process listen on: a handful.
    private static readonly ConcurrentDictionary<IPAddress, string> Addresses = new();
    private static readonly ConcurrentDictionary<int, string> Ports = new();

    /// <summary>Completes and stops the span of an API request.</summary>
    public static void Finish(Span? span, HttpContext context, string path)
    {
        if (span is null)
        {
            return;
        }

        if (span.Recorded)
        {
            var method = context.Request.Method;
            span.SetTag("dapr.api", $"{method} {Tracing.NameOf(path)}");
            span.SetTag("dapr.protocol", "http");
            span.SetTag("dapr.status_code", StatusText.Of(context.Response.StatusCode));
            span.SetTag("http.request.method", method);
            span.SetTag("server.address", Text(Addresses, context.Connection.LocalIpAddress ?? IPAddress.None));
            span.SetTag("server.port", Text(Ports, context.Connection.LocalPort));
            span.SetTag("url.full", path + context.Request.QueryString);
            AddBuildingBlock(span, method, path);
            AddUserDefined(span, context.Request.Headers);
        }

        Tracing.SetStatus(span, context.Response.StatusCode);
        span.Stop();
    }

    /// <summary>Headers that begin with <c>dapr-</c> are for the span as well; a token never is.</summary>
    public static void AddUserDefined(Span span, IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
        {
            var isWanted = name.StartsWith("dapr-", StringComparison.OrdinalIgnoreCase) && !name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase);
            if (isWanted && !name.Contains("token", StringComparison.OrdinalIgnoreCase))
            {
                span.SetTag(name.ToLowerInvariant(), values.ToString());
            }
        }
    }

    private static string Text<T>(ConcurrentDictionary<T, string> known, T value)
        where T : notnull => known.GetOrAdd(value, static added => added.ToString()!);

    private static void AddBuildingBlock(Span span, string method, string path)
    {
        // Invocations, which are most, have nothing to add: they must not pay for the splitting.
        var rest = path.AsSpan().TrimStart('/');
        rest = rest[(rest.IndexOf('/') + 1)..];
        if (rest.StartsWith("invoke/", StringComparison.Ordinal))
        {
            return;
        }

        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        switch (segments)
        {
            case [_, "state" or "secrets" or "bindings", var component, ..]:
                span.SetTag("db.connection_string", segments[1]);
                span.SetTag("db.name", component);
                span.SetTag("db.statement", $"{method} {path}");
                span.SetTag("db.system", segments[1]);
                break;
            case [_, "actors", var type, var id, "state", ..]:
                span.SetTag("dapr.actor", $"{type}.{id}");
                span.SetTag("db.connection_string", "state");
                span.SetTag("db.name", "actor");
                span.SetTag("db.statement", $"{method} {path}");
                span.SetTag("db.system", "state");
                break;
            case [_, "actors", var type, var id, "method", var called]:
                span.DisplayName = $"CallActor/{type}/{called}";
                span.SetTag("dapr-api-call", "true");
                span.SetTag("dapr.actor", $"{type}.{id}");
                span.SetTag("net.peer.name", $"{type}.{id}");
                span.SetTag("rpc.service", "ServiceInvocation");
                break;
            case [_, "publish", ..]:
                span.SetTag("messaging.system", "pubsub");
                break;
        }
    }
}
