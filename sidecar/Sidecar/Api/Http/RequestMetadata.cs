using System.Net;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Http;

/// <summary>Reads the parts of a request that several building blocks share.</summary>
internal static class RequestMetadata
{
    private const string Prefix = "metadata.";

    /// <summary>The query's <c>metadata.</c> entries without the prefix; of several with one name the first counts.</summary>
    public static Dictionary<string, string> From(HttpRequest request)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in request.QueryString.HasValue ? request.Query : QueryCollection.Empty)
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                metadata[name[Prefix.Length..]] = values.Count > 0 ? values[0] ?? "" : "";
            }
        }

        return metadata;
    }

    /// <summary>Decodes a part of the path as Go decodes a query (<c>+</c> is a blank); null when it has a broken escape.</summary>
    public static string? Decode(string part)
    {
        for (var i = part.IndexOf('%'); i >= 0; i = part.IndexOf('%', i + 1))
        {
            if (i + 2 >= part.Length || !char.IsAsciiHexDigit(part[i + 1]) || !char.IsAsciiHexDigit(part[i + 2]))
            {
                return null;
            }
        }

        return WebUtility.UrlDecode(part);
    }

    /// <summary>The answer to a path with a broken escape.</summary>
    public static Task WriteBadPathAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("400 Bad Request", context.RequestAborted);
    }
}
