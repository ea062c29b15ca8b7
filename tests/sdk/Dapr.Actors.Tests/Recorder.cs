using System.Collections.Concurrent;

namespace Dapr.Actors.Tests;

/// <summary>What actors told.</summary>
public sealed class Recorder
{
    private readonly ConcurrentQueue<string> lines = new();

    public IReadOnlyList<string> Lines => [.. lines];

    public void Add(string line) => lines.Enqueue(line);
}
