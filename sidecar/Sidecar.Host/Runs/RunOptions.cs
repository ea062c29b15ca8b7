namespace Sidecar.Host.Runs;

/// <summary>What the user asked of a run.</summary>
internal sealed record RunOptions
{
    /// <summary>The run file, or a folder with a <c>dapr.yaml</c>; default <c>dapr.yaml</c>.</summary>
    public string File { get; init; } = "dapr.yaml";

    /// <summary>Where logs, process ids and the control address are kept; default <c>.run</c> below the current folder.</summary>
    public string RunDirectory { get; init; } = ".run";

    /// <summary>The apps whose process somebody else starts.</summary>
    public IReadOnlyList<string> External { get; init; } = [];

    /// <summary>How long an app may take until its sidecar sees it ready; default 120 s, 1 to 3,600.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long an app may take to stop before it is killed; default 10 s, 1 to 600.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
