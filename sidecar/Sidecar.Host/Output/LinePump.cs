namespace Sidecar.Host.Output;

/// <summary>Cuts a stream of text into lines. A line without an end is cut after <see cref="LongestLine"/> characters, so that no child can fill the memory.</summary>
internal static class LinePump
{
    /// <summary>The longest line, in characters.</summary>
    public const int LongestLine = 16 * 1024;

    /// <summary>Hands every line over until the stream ends.</summary>
    public static async Task RunAsync(TextReader reader, Action<string> line, CancellationToken cancellationToken)
    {
        var buffer = new char[LongestLine];
        var filled = 0;
        while (true)
        {
            var read = await reader.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            if (read == 0)
            {
                break;
            }

            filled = Emit(buffer, filled + read, line);
        }

        if (filled > 0)
        {
            line(new string(buffer, 0, filled));
        }
    }

    private static int Emit(char[] buffer, int filled, Action<string> line)
    {
        var start = 0;
        for (var end = Array.IndexOf(buffer, '\n', start, filled - start); end >= 0; end = Array.IndexOf(buffer, '\n', start, filled - start))
        {
            var length = end > start && buffer[end - 1] == '\r' ? end - start - 1 : end - start;
            line(new string(buffer, start, length));
            start = end + 1;
        }

        if (start == 0 && filled == buffer.Length)
        {
            line(new string(buffer, 0, filled));
            return 0;
        }

        Array.Copy(buffer, start, buffer, 0, filled - start);
        return filled - start;
    }
}
