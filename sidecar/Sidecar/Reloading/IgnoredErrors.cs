using Microsoft.Extensions.Logging;
using Sidecar.Components;

namespace Sidecar.Reloading;

/// <summary>Says what is wrong with components that the sidecar is to go on without (<c>ignoreErrors</c>); the errors of others go on.</summary>
internal sealed partial class IgnoredErrors(ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("Sidecar.Components");

    /// <summary>Makes a component; null when that failed and is to be ignored.</summary>
    public T? MakeOrIgnore<T>(ComponentSpec spec, Func<ComponentSpec, T> make)
        where T : class
    {
        try
        {
            return make(spec);
        }
        catch (ComponentException exception) when (spec.IgnoreErrors)
        {
            LogIgnored(spec.Name, exception.Message);
            return null;
        }
    }

    /// <summary>Connects a component; false when that failed and is to be ignored.</summary>
    public async Task<bool> StartOrIgnoreAsync(ComponentSpec spec, Func<Task> start)
    {
        try
        {
            await start();
            return true;
        }
        catch (ComponentException exception) when (spec.IgnoreErrors)
        {
            LogIgnored(spec.Name, exception.Message);
            return false;
        }
    }

    [LoggerMessage(3821, LogLevel.Error, "Ignoring error processing component {Component}, the sidecar goes on without it: {Problem}")]
    private partial void LogIgnored(string component, string problem);
}
