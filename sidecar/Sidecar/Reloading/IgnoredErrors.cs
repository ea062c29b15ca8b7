using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Reloading;

/// <summary>Says what is wrong with components that the sidecar is to go on without (<c>ignoreErrors</c>); the errors of others go on. All are counted.</summary>
internal sealed partial class IgnoredErrors(ILoggerFactory loggers, ServiceMetrics metrics)
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
        catch (ComponentException exception)
        {
            if (!Ignores(spec, "creation", exception))
            {
                throw;
            }

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
        catch (ComponentException exception)
        {
            if (!Ignores(spec, "init", exception))
            {
                throw;
            }

            return false;
        }
    }

    private bool Ignores(ComponentSpec spec, string step, ComponentException exception)
    {
        metrics.ComponentFailed(spec.Type, spec.Name, step);
        if (spec.IgnoreErrors)
        {
            LogIgnored(spec.Name, exception.Message);
        }

        return spec.IgnoreErrors;
    }

    [LoggerMessage(3821, LogLevel.Error, "Ignoring error processing component {Component}, the sidecar goes on without what the file says: {Problem}")]
    private partial void LogIgnored(string component, string problem);
}
