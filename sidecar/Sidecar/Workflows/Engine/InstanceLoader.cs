using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Reads instances from the store, many at a time: what is asked for while one read is under way goes into the next. Invariant: a read begins
/// after everything in it was asked for, so that it sees what was durable then.
/// </summary>
internal sealed class InstanceLoader(IWorkflowStore store, EngineEnvironment environment, CancellationToken stop)
{
    private const int MaxBatch = 500;
    private readonly Lock _gate = new();
    private readonly Queue<Request> _waiting = [];
    private bool _isReading;

    /// <summary>What the store has of an instance.</summary>
    public Task<StoredInstance> LoadAsync(string id)
    {
        var request = new Request(id, new TaskCompletionSource<StoredInstance>(environment.Completion));
        lock (_gate)
        {
            _waiting.Enqueue(request);
            if (_isReading)
            {
                return request.Done.Task;
            }

            _isReading = true;
        }

        _ = ReadAllAsync();
        return request.Done.Task;
    }

    private async Task ReadAllAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            try
            {
                var stored = await store.LoadAsync([.. batch.Select(request => request.Id)], stop);
                for (var i = 0; i < batch.Count; i++)
                {
                    batch[i].Done.SetResult(stored[i]);
                }
            }
            catch (Exception exception)
            {
                // Each caller gets it, and decides.
                batch.ForEach(request => request.Done.TrySetException(exception));
            }
        }
    }

    private List<Request> Take()
    {
        var batch = new List<Request>();
        lock (_gate)
        {
            while (batch.Count < MaxBatch && _waiting.TryDequeue(out var request))
            {
                batch.Add(request);
            }

            _isReading = batch.Count > 0;
        }

        return batch;
    }

    private sealed record Request(string Id, TaskCompletionSource<StoredInstance> Done);
}
