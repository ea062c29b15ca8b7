using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>The attributes of a CloudEvent that the middleware passes on as headers.</summary>
internal static class EventHeaders
{
    private const string Prefix = "Cloudevent.";

    public static string[] Properties { get; } = ["id", "type", "source", "subject"];

    public static string? Read(HttpContext context, string property) =>
        context.Request.Headers[Prefix + property].ToString() is { Length: > 0 } value ? value : null;
}
