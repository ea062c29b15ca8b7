namespace Sidecar.Bindings;

/// <summary>Joins a root and a path of somebody else's so that the result never leaves the root, whatever <c>..</c> and symbolic links say.</summary>
internal static class SecurePath
{
    private const int MaxLinks = 255;

    /// <summary>The absolute path; links are followed as if the root were the file system's. Throws <see cref="IOException"/> when they go in a circle.</summary>
    public static string Join(string root, string path)
    {
        var resolved = new List<string>();
        var left = new Stack<string>(path.Split('/').Reverse());
        var links = 0;
        while (left.TryPop(out var part))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part == "..")
            {
                if (resolved.Count > 0)
                {
                    resolved.RemoveAt(resolved.Count - 1);
                }

                continue;
            }

            resolved.Add(part);
            if (new FileInfo(Absolute(root, resolved)).LinkTarget is not { } target)
            {
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new IOException("too many levels of symbolic links");
            }

            resolved.RemoveAt(resolved.Count - 1);
            if (target.StartsWith('/'))
            {
                resolved.Clear();
            }

            foreach (var linked in target.Split('/').Reverse())
            {
                left.Push(linked);
            }
        }

        return Absolute(root, resolved);
    }

    private static string Absolute(string root, List<string> parts) => parts.Count == 0 ? root : $"{root.TrimEnd('/')}/{string.Join('/', parts)}";
}
