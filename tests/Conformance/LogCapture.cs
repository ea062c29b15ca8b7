using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Conformance;

/// <summary>The log of one sidecar, as lines of daprd's levels: `info: text`.</summary>
internal sealed class LogCapture : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc />
    public void AddProvider(ILoggerProvider provider)
    {
        // its own provider is all there is
    }

    /// <inheritdoc />
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc />
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add(logLevel switch { LogLevel.Critical => "fatal", LogLevel.Error => "error", LogLevel.Warning => "warning", LogLevel.Information => "info", _ => "debug" }, formatter(state, exception));

    /// <summary>Adds a line.</summary>
    public void Add(string level, string text) => _lines.Enqueue($"{level}: {text}");

    /// <inheritdoc />
    public void Dispose()
    {
        // nothing is held
    }
}
