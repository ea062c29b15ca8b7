namespace Sidecar.Host.Control;

/// <summary>The state of a run, as <c>status</c> shows it.</summary>
internal sealed record RunStatus(int Pid, string RunFile, DateTimeOffset StartedAt, bool Ready, IReadOnlyList<AppStatus> Apps)
{
    /// <summary>The faults that are injected; none unless somebody asked for them.</summary>
    public IReadOnlyList<FaultStatus> Faults { get; init; } = [];
}

/// <summary>A fault that is injected: its name, what it does, and how often it has hit.</summary>
internal sealed record FaultStatus(string Name, string What, long Hits);

/// <summary>The state of one app and its sidecar. A pid is null when no process of the host runs; an app is available while it accepts calls and is not known to be unhealthy.</summary>
internal sealed record AppStatus(
    string AppId,
    int Instance,
    string State,
    int? Pid,
    int Restarts,
    int AppPort,
    int DaprHttpPort,
    int DaprGrpcPort,
    int MetricsPort,
    bool AppAvailable,
    bool SidecarReady,
    IReadOnlyList<ComponentStatus> Components)
{
    /// <summary>What does not advance, and what it waits for.</summary>
    public IReadOnlyList<string> Waits { get; init; } = [];

    /// <summary>The name for commands and logs.</summary>
    public string Name => Instance == 1 ? AppId : $"{AppId}.{Instance}";
}

/// <summary>A loaded component.</summary>
internal sealed record ComponentStatus(string Name, string Type, string Version);
