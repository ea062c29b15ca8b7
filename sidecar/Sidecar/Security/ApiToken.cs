using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Security;

/// <summary>The token that callers of the sidecar's API must send (<c>DAPR_API_TOKEN</c>); compared in constant time.</summary>
internal sealed class ApiToken(string? token)
{
    public const string Header = "dapr-api-token";

    private readonly byte[]? _token = string.IsNullOrEmpty(token) ? null : Encoding.UTF8.GetBytes(token);

    /// <summary>Whether a request may go on.</summary>
    /// <param name="encoding">How its headers were read: a letter for each octet over HTTP, as texts over gRPC.</param>
    public bool Accepts(HttpRequest request, Encoding encoding)
    {
        if (_token is null)
        {
            return true;
        }

        var given = request.Headers[Header];
        return given.Count == 1 && CryptographicOperations.FixedTimeEquals(encoding.GetBytes(given[0] ?? ""), _token);
    }

    /// <summary>Refuses a request of the HTTP API as daprd does.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync("invalid api token\n", context.RequestAborted);
    }
}
