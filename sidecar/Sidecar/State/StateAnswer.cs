using Microsoft.AspNetCore.Http;

namespace Sidecar.State;

/// <summary>A stored value as the answer of a request: the value is the body as it was saved.</summary>
internal static class StateAnswer
{
    /// <summary>Writes the value, and its metadata as headers.</summary>
    public static async Task WriteAsync(HttpContext context, StateItem item)
    {
        foreach (var (name, value) in item.Metadata)
        {
            context.Response.Headers[$"metadata.{name}"] = value;
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = item.Data.Length;
        await context.Response.BodyWriter.WriteAsync(item.Data, context.RequestAborted);
    }
}
