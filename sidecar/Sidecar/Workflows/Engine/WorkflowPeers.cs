namespace Sidecar.Workflows.Engine;

/// <summary>
/// The engines of a run by app, so that workflows find the workers and the instances of other apps. An engine that is found may be
/// stopping: what it has not made durable is to be done again with the next. Invariant: one that joins is told to all others, so that what waited for its app goes on.
/// </summary>
internal sealed class WorkflowPeers
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, WorkflowEngine> _engines = new(StringComparer.Ordinal);

    /// <summary>The apps that run workflows, for messages.</summary>
    public string Apps
    {
        get
        {
            lock (_gate)
            {
                return string.Join(", ", _engines.Keys.Order(StringComparer.Ordinal));
            }
        }
    }

    /// <summary>The engine of an app; null while there is none.</summary>
    public WorkflowEngine? Find(string appId)
    {
        lock (_gate)
        {
            return _engines.GetValueOrDefault(appId);
        }
    }

    /// <summary>An engine works from now on.</summary>
    public void Join(WorkflowEngine engine)
    {
        List<WorkflowEngine> others;
        lock (_gate)
        {
            _engines[engine.Context.AppId] = engine;
            others = [.. _engines.Values.Where(other => other != engine)];
        }

        others.ForEach(other => other.PeerJoined(engine.Context.AppId));
    }

    /// <summary>An engine has stopped.</summary>
    public void Leave(WorkflowEngine engine)
    {
        lock (_gate)
        {
            if (_engines.GetValueOrDefault(engine.Context.AppId) == engine)
            {
                _engines.Remove(engine.Context.AppId);
            }
        }
    }
}
