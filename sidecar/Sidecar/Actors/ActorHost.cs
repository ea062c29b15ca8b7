using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sidecar.Schedules;
using Sidecar.Telemetry;

namespace Sidecar.Actors;

/// <summary>
/// The actors that live at one app. Invariants: an actor has one turn at a time, see <see cref="ActorTurns"/>; while the app is told that an
/// actor is gone, calls wait and then find a new one; an actor with a call is never idle.
/// </summary>
internal sealed partial class ActorHost : IAsyncDisposable
{
    public const string ReentrancyHeader = "Dapr-Reentrancy-Id";

    private readonly RuntimeServices _services;
    private readonly IReadOnlyDictionary<string, ActorSettings> _types;
    private readonly ActorTransport _transport;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<(string Type, string Id), ActorInstance> _actors = new();
    private readonly PriorityQueue<ActorInstance, DateTimeOffset> _idle = new();
    private readonly SleepSignal _signal;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sweeping;
    private volatile bool _stopping;

    public ActorHost(RuntimeServices services, IReadOnlyDictionary<string, ActorSettings> types)
    {
        _services = services;
        _types = types;
        _transport = new ActorTransport(services);
        _logger = services.Loggers.CreateLogger<ActorHost>();
        _signal = new SleepSignal(services.Time);
        Identity = services.Options.NewId();
        _sweeping = Task.Run(SweepAsync, CancellationToken.None);
    }

    /// <summary>Tells hosts apart when actors are spread over them.</summary>
    public Guid Identity { get; }

    /// <summary>The app.</summary>
    public string AppId => _services.AppId;

    /// <summary>The hosted types.</summary>
    public IEnumerable<string> Types => _types.Keys;

    /// <summary>Whether its app takes calls.</summary>
    public bool IsAvailable => !_stopping && _services.App.IsAvailable;

    /// <summary>The number of active actors of a type.</summary>
    public int Count(string type) => _actors.Count(actor => actor.Key.Type == type);

    /// <summary>Whether the app declared the type.</summary>
    public bool Hosts(string type) => _types.ContainsKey(type);

    /// <summary>Whether an actor is active here.</summary>
    public bool IsActive(string type, string id) => _actors.ContainsKey((type, id));

    /// <summary>Waits for the actor's turn and calls its app.</summary>
    public async Task<ActorResult> InvokeAsync(ActorCall call, TraceContext trace, bool tellsChain, CancellationToken cancellationToken)
    {
        var settings = _types[call.Type];
        var chain = settings.Reentrant ? call.ReentrancyId ?? _services.Options.NewId().ToString() : null;
        try
        {
            var (actor, turn) = await WaitForTurnAsync(call, settings, chain, cancellationToken);
            using (turn)
            {
                actor.Touch(_services.Time.GetUtcNow());
                try
                {
                    return await _services.Resiliency.ForActorTurn(call.Type).ExecuteAsync(
                        token => _transport.InvokeAsync(call, tellsChain ? chain : null, trace, token),
                        _ => default,
                        cancellationToken);
                }
                finally
                {
                    actor.Touch(_services.Time.GetUtcNow());
                }
            }
        }
        catch (StackDepthException exception)
        {
            return ActorResult.Of(new ActorFailure(exception.Message, Permanent: true, ActorFailureKind.StackDepth));
        }
        catch (TimeoutException exception)
        {
            return ActorResult.Of(new ActorFailure(exception.Message));
        }
    }

    /// <summary>Actors that live elsewhere by now leave; a call under way may end within the drain timeout.</summary>
    public Task LeaveMovedAsync(ActorDirectory directory) =>
        Task.WhenAll(_actors.Values.Where(actor => directory.Find(actor.Type, actor.Id) is { } host && host != this).Select(MoveAsync));

    private Task MoveAsync(ActorInstance actor)
    {
        _services.ActorMetrics.Rebalanced(actor.Type);
        return LeaveAsync(actor, CancellationToken.None);
    }

    /// <summary>Takes no new calls and deactivates all actors until the token is cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        const int Parallelism = 16;
        _stopping = true;
        await _stop.CancelAsync();
        await Parallel.ForEachAsync(
            _actors.Values,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (actor, token) => await LeaveAsync(actor, token));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sweeping;
        _stop.Dispose();
    }

    private async Task<(ActorInstance Actor, ActorTurns.Turn Turn)> WaitForTurnAsync(ActorCall call, ActorSettings settings, string? chain, CancellationToken cancellationToken)
    {
        _services.ActorMetrics.Waiting(call.Type);
        try
        {
            return await EnterAsync(call.Type, call.Id, settings, chain, cancellationToken);
        }
        finally
        {
            _services.ActorMetrics.Begun(call.Type);
        }
    }

    private async Task<(ActorInstance Actor, ActorTurns.Turn Turn)> EnterAsync(string type, string id, ActorSettings settings, string? chain, CancellationToken cancellationToken)
    {
        while (true)
        {
            var created = new ActorInstance(type, id, settings, _services.Time.GetUtcNow());
            var actor = _actors.GetOrAdd((type, id), created);
            if (actor == created)
            {
                Watch(actor, actor.IdleAt);
            }

            if (await actor.Turns.EnterAsync(chain, cancellationToken) is { } turn)
            {
                return (actor, turn);
            }

            await actor.Gone.Task.WaitAsync(cancellationToken);
        }
    }

    private async Task LeaveAsync(ActorInstance actor, CancellationToken cancellationToken)
    {
        var settings = _types[actor.Type];
        var until = _services.Time.GetUtcNow() + (settings.DrainRebalanced ? settings.DrainTimeout : TimeSpan.Zero);
        while (!actor.Turns.TryClose())
        {
            if (_services.Time.GetUtcNow() >= until)
            {
                LogNotDrained(actor.Type, actor.Id);
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), _services.Time, cancellationToken);
        }

        await DeactivateAsync(actor, cancellationToken);
    }

    private async Task DeactivateAsync(ActorInstance actor, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await _transport.DeactivateAsync(actor.Type, actor.Id, cancellationToken);
            _services.ActorMetrics.Deactivated(actor.Type, problem is null);
            if (problem is not null)
            {
                LogNotDeactivated(actor.Type, actor.Id, problem);
            }
        }
        finally
        {
            _actors.TryRemove(KeyValuePair.Create((actor.Type, actor.Id), actor));
            actor.Gone.SetResult();
        }
    }

    private void Watch(ActorInstance actor, DateTimeOffset due)
    {
        lock (_idle)
        {
            _idle.Enqueue(actor, due);
        }

        _signal.Notify(due);
    }

    private async Task SweepAsync()
    {
        try
        {
            while (true)
            {
                _signal.Awake();
                await _signal.SleepAsync(Sweep(), _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    // Deactivates what is idle; returns when the next actor may be.
    private DateTimeOffset Sweep()
    {
        var longest = TimeSpan.FromMinutes(5);
        var now = _services.Time.GetUtcNow();
        lock (_idle)
        {
            while (_idle.TryPeek(out var actor, out var due))
            {
                if (due > now)
                {
                    return due < now + longest ? due : now + longest;
                }

                _idle.Dequeue();
                if (actor.IdleAt > now)
                {
                    _idle.Enqueue(actor, actor.IdleAt);
                }
                else if (actor.Turns.TryClose())
                {
                    _ = DeactivateIdleAsync(actor);
                }
                else if (!actor.Gone.Task.IsCompleted)
                {
                    _idle.Enqueue(actor, now + TimeSpan.FromMilliseconds(Math.Max(100, _types[actor.Type].IdleTimeout.TotalMilliseconds)));
                }
            }

            return now + longest;
        }
    }

    private async Task DeactivateIdleAsync(ActorInstance actor)
    {
        try
        {
            await DeactivateAsync(actor, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception exception)
        {
            LogFault(actor.Type, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Actor {Type}/{Id} is still in a call after its drain timeout; it stays")]
    private partial void LogNotDrained(string type, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The app did not take the deactivation of actor {Type}/{Id}: {Problem}")]
    private partial void LogNotDeactivated(string type, string id, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "The deactivation of an actor of type {Type} failed")]
    private partial void LogFault(string type, Exception exception);
}
