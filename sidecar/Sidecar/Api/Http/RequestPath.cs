using System.Text;
using Sidecar.Schedules;

namespace Sidecar.Api.Http;

/// <summary>Paths as daprd treats them: routed undecoded; a method path decoded once, cleaned of <c>.</c>, <c>..</c> and <c>//</c>, encoded again.</summary>
internal static class RequestPath
{
    /// <summary>The undecoded path and query (with its question mark, empty when there is none) of a raw request target.</summary>
    public static (string Path, string Query) Split(string rawTarget)
    {
        var mark = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? rawTarget : rawTarget[..mark];
        if (!path.StartsWith('/'))
        {
            path = Uri.TryCreate(path, UriKind.Absolute, out var absolute) ? absolute.AbsolutePath : "/" + path;
        }

        return (path, mark < 0 || mark == rawTarget.Length - 1 ? "" : rawTarget[mark..]);
    }

    /// <summary>The path without <c>.</c>, <c>..</c>, doubled and trailing slashes; starts with a slash.</summary>
    public static string Clean(string path)
    {
        if (!path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal))
        {
            return path.Length > 1 && path.EndsWith('/') ? path[..^1] : path;
        }

        var segments = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment == ".." && segments.Count > 0)
            {
                segments.RemoveAt(segments.Count - 1);
            }
            else if (segment is not ("" or "." or ".."))
            {
                segments.Add(segment);
            }
        }

        return "/" + string.Join('/', segments);
    }

    /// <summary>A route that a subscription or component names, as the app is asked for it: cleaned, and with escapes for what a request line cannot hold.</summary>
    public static string OfRoute(string route)
    {
        return Encode(Clean(route.StartsWith('/') ? route : "/" + route), Encoding.UTF8, static c => c is >= '!' and <= '~');
    }

    /// <summary>Whether every percent sign begins an escape, as Go demands of a path.</summary>
    public static bool HasValidEscapes(string path)
    {
        for (var i = path.IndexOf('%', StringComparison.Ordinal); i >= 0; i = path.IndexOf('%', i + 1))
        {
            if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A method path as the app gets it; null with the problem when it holds a character that daprd forbids.</summary>
    public static string? ToMethodPath(string raw, out string? problem)
    {
        // Escaped octets that are no UTF-8 must come out as they went in, so there is one char for each octet.
        var isEscaped = raw.Contains('%', StringComparison.Ordinal);
        var decoded = isEscaped ? Encoding.Latin1.GetString(Unescape(raw)) : raw;
        var clean = Clean(decoded.StartsWith('/') ? decoded : "/" + decoded);
        problem = Problem(clean.AsSpan(1), isEscaped);
        return problem is null ? Encode(clean, isEscaped ? Encoding.Latin1 : Encoding.UTF8, IsLiteral) : null;
    }

    private static string? Problem(ReadOnlySpan<char> method, bool isEscaped)
    {
        var at = method.IndexOfAny('#', '?', '\0');
        if (at < 0)
        {
            at = method.IndexOfAnyInRange('\0', '\u001f') is >= 0 and var control ? control : method.IndexOf('\u007f');
            if (at < 0)
            {
                return null;
            }

            return $"method contains control character at position {at}: {Quote(method, isEscaped)}";
        }

        return $"method contains forbidden character: {Quote(method, isEscaped)}";
    }

    private static byte[] Unescape(string raw)
    {
        var octets = Encoding.UTF8.GetBytes(raw);
        var length = 0;
        for (var i = 0; i < octets.Length; i++)
        {
            if (octets[i] == '%' && i + 2 < octets.Length && byte.TryParse(octets.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var octet))
            {
                octets[length++] = octet;
                i += 2;
            }
            else
            {
                octets[length++] = octets[i];
            }
        }

        return octets[..length];
    }

    /// <summary>Encodes a decoded path; slashes stay.</summary>
    public static string Encode(string path) => Encode(path, Encoding.UTF8, IsLiteral);

    private static string Encode(string path, Encoding encoding, Func<char, bool> isLiteral)
    {
        var i = 0;
        while (i < path.Length && isLiteral(path[i]))
        {
            i++;
        }

        if (i == path.Length)
        {
            return path;
        }

        var encoded = new StringBuilder(path.Length + 16);
        foreach (var octet in encoding.GetBytes(path))
        {
            _ = isLiteral((char)octet) ? encoded.Append((char)octet) : encoded.Append('%').Append(octet.ToString("X2"));
        }

        return encoded.ToString();
    }

    private static bool IsLiteral(char c) => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or '~' or '$' or '&' or '+' or ',' or ':' or ';' or '=' or '@';

    private static string Quote(ReadOnlySpan<char> method, bool isEscaped) =>
        GoText.Quote(isEscaped ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(method.ToString())) : method.ToString());
}
