namespace Dapr.Workflow.Worker.Replay;

/// <summary>
/// Which code changes apply to an instance. One that the history names applies; one met while replaying code that ran before does
/// not; any other is new here, applies, and is reported so that the history names it from now on. A decision holds for the whole run.
/// </summary>
internal sealed class PatchSet
{
    private readonly HashSet<string> recorded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> decided = new(StringComparer.Ordinal);
    private readonly List<string> applied = [];

    public bool IsUsed => decided.Count > 0;

    public IReadOnlyList<string> Applied => applied;

    public void Record(IEnumerable<string> patches) => recorded.UnionWith(patches);

    public bool IsPatched(string name, bool isReplaying)
    {
        if (decided.TryGetValue(name, out var before))
        {
            return before;
        }

        var applies = recorded.Contains(name) || !isReplaying;
        decided.Add(name, applies);
        if (applies)
        {
            applied.Add(name);
        }

        return applies;
    }
}
