namespace Sidecar.Actors;

/// <summary>
/// The turns of one actor. Invariants: one chain of calls holds the actor at a time, the others wait in the order they came; a call that
/// carries the id of the holding chain joins it, up to the stack depth; a refused or abandoned call leaves no trace.
/// </summary>
internal sealed class ActorTurns(ActorSettings settings)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Chain> _chains = new();
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
            await chain.Started.Task.WaitAsync(cancellationToken);
            return new Turn(this, chain);
        }
        catch (OperationCanceledException)
        {
            Leave(chain);
            throw;
        }
    }

    /// <summary>Closes the actor for new calls if it has none; false when it has.</summary>
    public bool TryClose()
    {
        lock (_gate)
        {
            if (_chains.Count > 0)
            {
                return false;
            }

            return _closed = true;
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
            chain.Started.SetResult();
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
            _chains.First?.Value.Started.TrySetResult();
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

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A chain of reentrant calls is deeper than the actor allows.</summary>
internal sealed class StackDepthException() : Exception("maximum stack depth exceeded");
