using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.Invocation;

/// <summary>Whom a request names: in header <c>dapr-app-id</c>, in basic authorization, or in the URL, in this order.</summary>
/// <param name="Id">An app id, <c>id.namespace</c>, an HTTPEndpoint or a URL.</param>
/// <param name="Method">The undecoded path for the app.</param>
internal readonly record struct InvocationTarget(string Id, string Method)
{
    private const string Header = "dapr-app-id";
    private const string Prefix = "v1.0/invoke/";
    private const string Separator = "/method/";

    /// <summary>Reads the target; null when the request names none.</summary>
    public static InvocationTarget? Find(string path, IHeaderDictionary headers)
    {
        if (headers.TryGetValue(Header, out var id) && id.ToString() is { Length: > 0 } named)
        {
            return new InvocationTarget(HeaderText.Read(named), path);
        }

        return FromAuthorization(headers.Authorization) is { } authorized
            ? new InvocationTarget(authorized, path)
            : FromPath(path.AsSpan().TrimStart('/'));
    }

    private static InvocationTarget? FromPath(ReadOnlySpan<char> path)
    {
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = path[Prefix.Length..];
        var separator = rest.IndexOf(Separator, StringComparison.Ordinal);
        if (separator <= 0)
        {
            return null;
        }

        var id = rest[..separator].ToString();
        return new InvocationTarget(id.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(id) : id, rest[(separator + Separator.Length - 1)..].ToString());
    }

    private static string? FromAuthorization(string? authorization)
    {
        if (authorization?.StartsWith("Basic ", StringComparison.Ordinal) != true)
        {
            return null;
        }

        Span<byte> decoded = stackalloc byte[256];
        if (!Convert.TryFromBase64String(authorization["Basic ".Length..], decoded, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(decoded[..length]).Split(':');
        return pair.Length == 2 && pair[0].Equals(Header, StringComparison.OrdinalIgnoreCase) ? pair[1] : null;
    }
}
