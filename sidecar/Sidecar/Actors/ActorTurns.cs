namespace Sidecar.Actors;

/// <summary>
/// The turns of one actor. Invariants: one chain of calls holds the actor at a time, the others wait in the order they came; a call that
/// carries the id of the holding chain joins it, up to the stack depth; a refused or abandoned call leaves no trace; an actor is closed once.
/// </summary>
internal sealed class ActorTurns(ActorSettings settings)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Chain> _chains = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;

    /// <summary>True while a call is under way or waits.</summary>
    public bool Busy
    {
        get
        {
            lock (_gate)
            {
                return _chains.Count > 0;
            }
        }
    }

    /// <summary>
    /// Waits for the turn of a call. Null when the actor is closed. Throws <see cref="StackDepthException"/> when the chain of calls is too deep.
    /// </summary>
    public async Task<Turn?> EnterAsync(string? reentrancyId, CancellationToken cancellationToken)
    {
        Chain chain;
        lock (_gate)
        {
            if (_closed)
            {
                return null;
            }

            chain = Join(settings.Reentrant ? reentrancyId : null);
        }

        try
        {
            return await chain.Started.Task.WaitAsync(cancellationToken) ? new Turn(this, chain) : null;
        }
        catch (OperationCanceledException)
        {
            Leave(chain);
            throw;
        }
    }

    /// <summary>Closes the actor if it is open and has no call; false otherwise.</summary>
    public bool TryClose()
    {
        lock (_gate)
        {
            return _chains.Count == 0 && Close(out _);
        }
    }

    /// <summary>Closes the actor for new calls and those that wait; false when it was closed before.</summary>
    /// <param name="over">Completes when the call under way is over.</param>
    public bool Close(out Task over)
    {
        lock (_gate)
        {
            over = _over.Task;
            if (_closed)
            {
                return false;
            }

            _closed = true;
            while (_chains.Count > 1)
            {
                _chains.Last!.Value.Started.TrySetResult(false);
                _chains.RemoveLast();
            }

            if (_chains.Count == 0)
            {
                _over.TrySetResult();
            }

            return true;
        }
    }

    private Chain Join(string? id)
    {
        for (var node = _chains.First; id is not null && node is not null; node = node.Next)
        {
            if (node.Value.Id != id)
            {
                continue;
            }

            if (node.Value.Depth >= settings.MaxStackDepth)
            {
                throw new StackDepthException();
            }

            node.Value.Depth++;
            return node.Value;
        }

        var chain = new Chain(id);
        _chains.AddLast(chain);
        if (_chains.Count == 1)
        {
            chain.Started.SetResult(true);
        }

        return chain;
    }

    private void Leave(Chain chain)
    {
        lock (_gate)
        {
            if (--chain.Depth > 0)
            {
                return;
            }

            _chains.Remove(chain);
            _chains.First?.Value.Started.TrySetResult(true);
            if (_closed && _chains.Count == 0)
            {
                _over.TrySetResult();
            }
        }
    }

    /// <summary>A call's hold of the actor; disposing ends it.</summary>
    internal sealed class Turn(ActorTurns turns, Chain chain) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                turns.Leave(chain);
            }
        }
    }

    /// <summary>A base call and what it caused.</summary>
    internal sealed class Chain(string? id)
    {
        public string? Id => id;

        public int Depth { get; set; } = 1;

        /// <summary>True when it has its turn, false when the actor closed before.</summary>
        public TaskCompletionSource<bool> Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A chain of reentrant calls is deeper than the actor allows.</summary>
internal sealed class StackDepthException() : Exception("maximum stack depth exceeded");
