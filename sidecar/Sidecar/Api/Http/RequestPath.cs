using System.Text;

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

    /// <summary>A method path as the app gets it; null with the problem when it holds a character that daprd forbids.</summary>
    public static string? ToMethodPath(string raw, out string? problem)
    {
        problem = null;
        var plain = raw.AsSpan().IndexOfAny('%', '#') < 0;
        var decoded = plain ? raw : Uri.UnescapeDataString(raw);
        if (decoded.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0 || decoded.AsSpan().IndexOfAny('#', '?', '\u007f') >= 0)
        {
            problem = $"method contains forbidden character: \"{Quote(decoded)}\"";
            return null;
        }

        return Encode(Clean(decoded.StartsWith('/') ? decoded : "/" + decoded));
    }

    /// <summary>Encodes a decoded path; slashes stay.</summary>
    public static string Encode(string path)
    {
        var i = 0;
        while (i < path.Length && IsLiteral(path[i]))
        {
            i++;
        }

        if (i == path.Length)
        {
            return path;
        }

        var encoded = new StringBuilder(path.Length + 16);
        foreach (var octet in Encoding.UTF8.GetBytes(path))
        {
            _ = IsLiteral((char)octet) ? encoded.Append((char)octet) : encoded.Append('%').Append(octet.ToString("X2"));
        }

        return encoded.ToString();
    }

    private static bool IsLiteral(char c) => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or '~' or '$' or '&' or '+' or ',' or ':' or ';' or '=' or '@';

    private static string Quote(string text)
    {
        var quoted = new StringBuilder();
        foreach (var c in text)
        {
            _ = c < ' ' || c == '\u007f' ? quoted.Append("\\x").Append(((int)c).ToString("x2")) : quoted.Append(c);
        }

        return quoted.ToString();
    }
}
