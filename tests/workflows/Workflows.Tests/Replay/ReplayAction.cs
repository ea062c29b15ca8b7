namespace Workflows.Tests.Replay;

/// <summary>Something the workflow asked for; equal at every replay or the workflow is not deterministic.</summary>
internal sealed record ReplayAction(string Name, string Detail, object? Input, DateTime? FireAt, bool IsChild = false)
{
    public bool IsTimer => FireAt is not null;
}
