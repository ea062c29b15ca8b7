using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Output;

/// <summary>Where the lines of one app or its sidecar go: the console with a prefix, a bounded file, and a short memory for error messages.</summary>
internal sealed class AppOutput : IDisposable
{
    private const int Remembered = 20;

    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new();
    private readonly IConsole _console;
    private readonly BoundedLogFile? _file;
    private readonly string _prefix;
    private readonly bool _toConsole;

    /// <param name="prefix">What console lines begin with, e.g. <c>== APP - orders ==</c>; empty for none.</param>
    public AppOutput(IConsole console, string prefix, string path, LogDestination destination)
    {
        _console = console;
        _prefix = prefix;
        _toConsole = destination != LogDestination.File;
        _file = destination == LogDestination.Console ? null : new BoundedLogFile(path);
    }

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_gate)
            {
                return [.. _last];
            }
        }
    }

    /// <summary>Takes a line. <paramref name="important"/> lines reach the console whatever the destination.</summary>
    public void Line(string text, bool important = false)
    {
        lock (_gate)
        {
            _last.Enqueue(text);
            if (_last.Count > Remembered)
            {
                _last.Dequeue();
            }
        }

        _file?.Line(text);
        if (_toConsole || important)
        {
            _console.Line(_prefix.Length == 0 ? text : $"{_prefix} {text}");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file?.Dispose();
}
