using Sidecar.Faults;

namespace Sidecar.Host.RunFiles;

/// <summary>A multi-app run file (<c>dapr.yaml</c>), read and checked.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">The name of the run; empty when the file gives none.</param>
/// <param name="Apps">The apps, in the order of the file.</param>
internal sealed record RunFile(string Path, string Name, IReadOnlyList<AppDefinition> Apps)
{
    /// <summary>The faults to inject; default none.</summary>
    public IReadOnlyList<FaultRule> Faults { get; init; } = [];
}

/// <summary>What reading a run file gave: the file unless there are problems, and what the user should know.</summary>
internal sealed record RunFileResult(RunFile? File, IReadOnlyList<Problem> Problems, IReadOnlyList<string> Notices);
