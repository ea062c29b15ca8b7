namespace Sidecar.Workflows.Engine;

/// <summary>
/// Which ids instances may have. Those that begin with a control character are the engine's own (<see cref="ForeignAddress"/>), whatever asks for
/// one: a client, or the code of a workflow. NUL is what a store cannot keep.
/// </summary>
internal static class InstanceIds
{
    /// <summary>The rule, behind what is wrong.</summary>
    public const string Rule = "must not be empty, begin with a control character or contain NUL";

    public static bool IsValid(string id) => id.Length > 0 && !char.IsControl(id[0]) && !id.Contains('\0', StringComparison.Ordinal);
}
