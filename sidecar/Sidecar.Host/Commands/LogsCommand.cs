using Sidecar.Host.Runs;

namespace Sidecar.Host.Commands;

/// <summary><c>logs</c>: the log file of an app or its sidecar; it works after the end of a run too.</summary>
internal static class LogsCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static async Task<int> ExecuteAsync(Arguments arguments, string runDirectory, HostContext context, CancellationToken stop)
    {
        var follow = arguments.Flag("--follow", "-F");
        var sidecar = arguments.Flag("--sidecar");
        var lines = arguments.Number("--lines", 200, 0, 1_000_000);
        var app = arguments.Word("app");
        arguments.Done();
        var folder = Path.Combine(runDirectory, "logs");
        var path = Path.Combine(folder, Path.GetFileName(app) + (sidecar ? ".sidecar.log" : ".log"));
        if (!File.Exists(path))
        {
            var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.log") : [];
            var known = files.Select(Path.GetFileNameWithoutExtension).Where(name => !name!.EndsWith(".sidecar", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
            context.Console.Error($"there is no log {path}; logs of: {string.Join(", ", known)}");
            return ExitCodes.Failure;
        }

        var position = Show(path, lines, context);
        while (follow && !stop.IsCancellationRequested)
        {
            await Task.Delay(Pause, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            position = ShowNew(path, position, context);
        }

        return ExitCodes.Success;
    }

    private static long Show(string path, int lines, HostContext context)
    {
        using var reader = Open(path);
        var last = new Queue<string>();
        while (reader.ReadLine() is { } line)
        {
            last.Enqueue(line);
            if (last.Count > lines)
            {
                last.Dequeue();
            }
        }

        foreach (var line in last)
        {
            context.Console.Line(line);
        }

        return reader.BaseStream.Position;
    }

    private static long ShowNew(string path, long position, HostContext context)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        using var reader = Open(path);
        // Shorter than before: the file was turned over, this is a new one.
        reader.BaseStream.Position = reader.BaseStream.Length < position ? 0 : position;
        while (reader.ReadLine() is { } line)
        {
            context.Console.Line(line);
        }

        return reader.BaseStream.Position;
    }

    private static StreamReader Open(string path) => new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
}
