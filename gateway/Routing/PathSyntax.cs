namespace Gateway;

/// <summary>
/// Which paths may be forwarded at all. Invariant: what is judged here is, character by character, what the service behind the
/// sidecar gets. Sidecars clean paths (`.`, `..`, `//`, `%2F`), so whatever could be cleaned is not routed.
/// </summary>
internal static class PathSyntax
{
    /// <summary>The path of a request line as sent; null when it is not in origin form or has more than plain segments.</summary>
    public static string? PlainPath(string rawTarget)
    {
        var end = rawTarget.IndexOfAny(['?', '#']);
        var path = end < 0 ? rawTarget : rawTarget[..end];
        return path.StartsWith('/') && path[1..].Split('/').All(IsPlain) ? path : null;
    }

    private static bool IsPlain(string segment) =>
        segment.Length > 0 && segment is not ("." or "..") && segment.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or ':' or '.' or '~');
}
