using Microsoft.Extensions.Logging;

namespace Sidecar.Components;

/// <summary>What a component may use of the runtime that owns it.</summary>
/// <param name="AppId">The app whose sidecar loads the component.</param>
/// <param name="Run">What all sidecars of the same run share.</param>
/// <param name="Loggers">Makes the component's logger.</param>
/// <param name="Time">The clock.</param>
internal sealed record ComponentContext(string AppId, RunScope Run, ILoggerFactory Loggers, TimeProvider Time);
