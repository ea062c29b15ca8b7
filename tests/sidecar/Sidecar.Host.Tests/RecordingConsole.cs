using System.Collections.Concurrent;
using Sidecar.Host.Output;

namespace Sidecar.Host.Tests;

/// <summary>Keeps what the host said.</summary>
internal sealed class RecordingConsole : IConsole
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public string Text => string.Join('\n', _lines);

    public void Line(string text) => _lines.Enqueue(text);

    public void Error(string text) => _lines.Enqueue(text);
}
