namespace Sidecar.Host.Apps;

/// <summary>
/// What is put before a command so that the child dies with the host even on <c>kill -9</c> (<c>setpriv --pdeathsig</c>) and does not get the
/// terminal's Ctrl-C itself (<c>setsid</c>), which would stop apps before their sidecars drained. Both replace themselves by the command: the process id stays.
/// </summary>
internal sealed class ChildWrapper
{
    private readonly string[] _prefix;

    private ChildWrapper(string[] prefix, bool ownGroup)
    {
        _prefix = prefix;
        LeadsGroup = ownGroup;
    }

    /// <summary>No wrapper: what machines without those programs get.</summary>
    public static ChildWrapper None { get; } = new([], ownGroup: false);

    /// <summary>Whether a child leads a process group of its own, so that its children can be reached with it.</summary>
    public bool LeadsGroup { get; }

    /// <summary>Finds the programs on PATH.</summary>
    public static ChildWrapper Find(string? path)
    {
        var setsid = Locate("setsid", path);
        var setpriv = OperatingSystem.IsLinux() ? Locate("setpriv", path) : null;
        return new ChildWrapper([.. setsid is null ? [] : new[] { setsid }, .. setpriv is null ? [] : new[] { setpriv, "--pdeathsig", "KILL", "--" }], setsid is not null);
    }

    /// <summary>The command as it is started.</summary>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> command) => [.. _prefix, .. command];

    private static string? Locate(string program, string? path) =>
        OperatingSystem.IsWindows() ? null : (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
