using Microsoft.Extensions.Logging;

namespace Sidecar.Components;

/// <summary>What a component may use of the runtime that owns it.</summary>
/// <param name="AppId">The app whose sidecar loads the component.</param>
/// <param name="Run">What all sidecars of the same run share.</param>
/// <param name="Loggers">Makes the component's logger.</param>
/// <param name="Time">The clock.</param>
internal sealed record ComponentContext(string AppId, RunScope Run, ILoggerFactory Loggers, TimeProvider Time)
{
    /// <summary>The environment as the sidecar sees it; default empty.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
