namespace Sidecar.Reloading;

/// <summary>
/// Sees changes of resource folders by looking: names, sizes and times of a handful of files. That works on every file system; a change
/// counts once the files have been the same for one interval, so that half-written ones are not read.
/// </summary>
internal sealed class ResourceWatch(IReadOnlyList<string> paths, TimeSpan interval, TimeProvider time)
{
    private string _taken = Look(paths);

    /// <summary>Completes when something has changed and is at rest again.</summary>
    public async Task ChangedAsync(CancellationToken cancellationToken)
    {
        var last = _taken;
        while (true)
        {
            await Task.Delay(interval, time, cancellationToken);
            var now = Look(paths);
            if (now == last && now != _taken)
            {
                _taken = now;
                return;
            }

            last = now;
        }
    }

    private static string Look(IEnumerable<string> paths)
    {
        try
        {
            var files = paths.SelectMany(path => Directory.Exists(path) ? Directory.GetFiles(path) : [path]).Select(path => new FileInfo(path)).Where(file => file.Exists);
            return string.Join('\n', files.Select(file => $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}").Order(StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A file went away while it was looked at, or may not be read at present: the next look sees the rest.
            return exception.Message;
        }
    }
}
