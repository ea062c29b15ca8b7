using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Sidecar.Schedules;

namespace Sidecar.Host.Output;

/// <summary>Writes the log of one sidecar into its <see cref="AppOutput"/>, in the key=value form of daprd. Warnings always reach the console.</summary>
internal sealed class SidecarLoggers(string appId, AppOutput output, LogLevel level, TimeProvider time) : ILoggerFactory
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new SidecarLogger(name, this));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The log of a sidecar has one destination.");

    public void Dispose()
    {
        // The output belongs to the host: it outlives the sidecar.
    }

    private void Write(string category, LogLevel entry, string message, Exception? exception)
    {
        var at = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var word = entry switch
        {
            LogLevel.Critical => "fatal",
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            _ => entry.ToString().ToLowerInvariant(),
        };
        output.Line($"time=\"{at}\" level={word} msg={GoText.Quote(message)} app_id={appId} scope={category}", important: entry >= LogLevel.Warning);
        if (exception is not null)
        {
            foreach (var line in exception.ToString().Split('\n'))
            {
                output.Line("  " + line.TrimEnd());
            }
        }
    }

    private sealed class SidecarLogger(string category, SidecarLoggers owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= owner.Level;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Write(category, logLevel, formatter(state, exception), exception);
            }
        }
    }

    private LogLevel Level => level;
}
