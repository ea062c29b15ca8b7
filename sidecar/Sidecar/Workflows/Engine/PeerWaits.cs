namespace Sidecar.Workflows.Engine;

/// <summary>Waits for the engines of other apps.</summary>
internal sealed class PeerWaits(EngineContext context, CancellationToken stop)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource> _absent = new(StringComparer.Ordinal);

    /// <summary>An app runs workflows now.</summary>
    public void Wake(string app)
    {
        lock (_gate)
        {
            if (_absent.Remove(app, out var waiting))
            {
                waiting.TrySetResult();
            }
        }
    }

    /// <summary>The engine of an app, as soon as there is one.</summary>
    public async Task<WorkflowEngine> PeerAsync(string app)
    {
        while (true)
        {
            Task joined;
            lock (_gate)
            {
                if (context.Environment.Peers.Find(app) is { } peer)
                {
                    return peer;
                }

                if (!_absent.TryGetValue(app, out var waiting))
                {
                    _absent[app] = waiting = new TaskCompletionSource(context.Environment.Completion);
                }

                joined = waiting.Task;
            }

            await joined.WaitAsync(stop);
        }
    }
}
