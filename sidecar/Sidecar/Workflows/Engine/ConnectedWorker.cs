using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <summary>A worker with an open stream.</summary>
internal sealed class ConnectedWorker(Func<WorkItem, Task> send, Heartbeat heartbeat, TaskCreationOptions completion)
{
    private readonly Room _turn = new(1);
    private readonly Lock _gate = new();
    private readonly List<(Room Room, int More)> _unproven = [];
    private readonly TaskCompletionSource _ended = new(completion);
    private bool _isProven;

    public Heartbeat Heartbeat { get; } = heartbeat;

    public Task Ended => _ended.Task;

    /// <summary>It has answered with a token, and so it always does.</summary>
    public bool IsProven
    {
        get
        {
            lock (_gate)
            {
                return _isProven;
            }
        }
    }

    public void End() => _ended.TrySetResult();

    /// <summary>Places for work, fewer until it is proven. Not disposed: a late answer may release one after the stream has ended.</summary>
    public Room Room(int unproven, int limit)
    {
        var room = new Room(Math.Min(unproven, limit));
        if (limit > unproven)
        {
            lock (_gate)
            {
                _unproven.Add((room, limit - unproven));
            }
        }

        return room;
    }

    /// <summary>It has answered with a token; true the first time.</summary>
    public bool Prove()
    {
        lock (_gate)
        {
            _unproven.ForEach(each => each.Room.Release(each.More));
            _unproven.Clear();
            return !_isProven && (_isProven = true);
        }
    }

    public async Task SendAsync(WorkItem item, CancellationToken cancellation)
    {
        await _turn.TakeAsync(cancellation);
        try
        {
            // One that does not read must not keep what it has: the write is left to end with its stream.
            await send(item).WaitAsync(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }
}
