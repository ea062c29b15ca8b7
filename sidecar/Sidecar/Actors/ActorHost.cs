using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sidecar.Telemetry;

namespace Sidecar.Actors;

/// <summary>
/// The actors that live at one app. Invariants: an actor has one turn at a time, see <see cref="ActorTurns"/>; it has no call here before it has
/// left every other host of its type; while the app is told that an actor is gone, calls wait and then find a new one; an actor with a call
/// is never idle.
/// </summary>
internal sealed partial class ActorHost : IAsyncDisposable
{
    public const string ReentrancyHeader = "Dapr-Reentrancy-Id";
    private static readonly TimeSpan DeactivationPatience = TimeSpan.FromSeconds(5);

    private readonly RuntimeServices _services;
    private readonly IReadOnlyDictionary<string, ActorSettings> _types;
    private readonly ActorDirectory _directory;
    private readonly IActorTransport _transport;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<(string Type, string Id), ActorInstance> _actors = new();
    private readonly IdleActors _idle;
    private volatile bool _stopping;

    public ActorHost(RuntimeServices services, IReadOnlyDictionary<string, ActorSettings> types, IActorTransport transport)
    {
        _services = services;
        _types = types;
        _directory = ActorDirectory.Of(services.Run);
        _transport = transport;
        _logger = services.Loggers.CreateLogger<ActorHost>();
        _idle = new IdleActors(services.Time, actor => _ = DeactivateAsync(actor, CancellationToken.None));
        Identity = services.Options.NewId();
    }

    /// <summary>Tells hosts apart when actors are spread over them.</summary>
    public Guid Identity { get; }

    /// <summary>The app.</summary>
    public string AppId => _services.AppId;

    /// <summary>The hosted types.</summary>
    public IEnumerable<string> Types => _types.Keys;

    /// <summary>Whether its app takes calls.</summary>
    public bool IsAvailable => !_stopping && _transport.IsAvailable;

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
            if (await WaitForTurnAsync(call, settings, chain, cancellationToken) is not ({ } actor, { } turn))
            {
                return ActorResult.Of(Closed(call, ActorFailureKind.Moved));
            }

            using (turn)
            {
                return call.IsWanted?.Invoke() == false
                    ? ActorResult.Of(new ActorFailure("the timer was removed", Permanent: true, ActorFailureKind.Cancelled))
                    : await InvokeAsync(actor, call, trace, tellsChain ? chain : null, cancellationToken);
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
    public Task LeaveMovedAsync() => Task.WhenAll(_actors.Values.Where(actor => _directory.Find(actor.Type, actor.Id) is { } host && host != this).Select(MoveAsync));

    /// <summary>An actor leaves, because another host has its next call.</summary>
    public Task LeaveAsync(string type, string id) => _actors.TryGetValue((type, id), out var actor) ? MoveAsync(actor) : Task.CompletedTask;

    /// <summary>Takes no new calls and deactivates all actors until the token is cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        const int Parallelism = 16;
        _stopping = true;
        await _idle.StopAsync();
        await Parallel.ForEachAsync(
            _actors.Values,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (actor, token) => await LeaveAsync(actor, token));
        await _transport.CloseAsync();
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _idle.DisposeAsync();

    private static ActorFailure Closed(ActorCall call, ActorFailureKind kind = ActorFailureKind.Error) => new($"actor is closed, cannot handle {call.Method}", Kind: kind);

    private async Task<ActorResult> InvokeAsync(ActorInstance actor, ActorCall call, TraceContext trace, string? chain, CancellationToken cancellationToken)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, actor.Cut);
        actor.Touch(_services.Time.GetUtcNow());
        try
        {
            await actor.ArriveAsync(() => _directory.ClaimAsync(actor.Type, actor.Id, this)).WaitAsync(cut.Token);
            return await _services.Resiliency.ForActorTurn(call.Type).ExecuteAsync(token => _transport.InvokeAsync(call, chain, trace, token), _ => default, cut.Token);
        }
        catch (OperationCanceledException) when (actor.Cut.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ActorResult.Of(Closed(call));
        }
        finally
        {
            actor.Touch(_services.Time.GetUtcNow());
        }
    }

    private async Task<(ActorInstance? Actor, ActorTurns.Turn? Turn)> WaitForTurnAsync(ActorCall call, ActorSettings settings, string? chain, CancellationToken cancellationToken)
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

    // Nothing when the actor left, and its calls with it.
    private async Task<(ActorInstance? Actor, ActorTurns.Turn? Turn)> EnterAsync(string type, string id, ActorSettings settings, string? chain, CancellationToken cancellationToken)
    {
        while (true)
        {
            var created = new ActorInstance(type, id, settings, _services.Time.GetUtcNow());
            var actor = _actors.GetOrAdd((type, id), created);
            if (actor == created)
            {
                _idle.Watch(actor);
            }

            if (await actor.Turns.EnterAsync(chain, cancellationToken) is { } turn)
            {
                return (actor, turn);
            }

            await actor.Gone.Task.WaitAsync(cancellationToken);
            if (_directory.Find(type, id) != this)
            {
                return (null, null);
            }
        }
    }

    private Task MoveAsync(ActorInstance actor)
    {
        _services.ActorMetrics.Rebalanced(actor.Type);
        return LeaveAsync(actor, CancellationToken.None);
    }

    private async Task LeaveAsync(ActorInstance actor, CancellationToken cancellationToken)
    {
        if (!actor.Turns.Close(out var over))
        {
            await actor.Gone.Task.WaitAsync(cancellationToken);
            return;
        }

        try
        {
            await over.WaitAsync(actor.Settings.DrainRebalanced ? actor.Settings.DrainTimeout : TimeSpan.Zero, _services.Time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            LogNotDrained(actor.Type, actor.Id);
            await actor.CutOffAsync();
            await over;
        }

        await DeactivateAsync(actor, cancellationToken);
    }

    // Never throws: whatever happens the actor is gone, and calls that wait for that go on.
    private async Task DeactivateAsync(ActorInstance actor, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(DeactivationPatience, _services.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var problem = await _transport.DeactivateAsync(actor.Type, actor.Id, limit.Token);
            _services.ActorMetrics.Deactivated(actor.Type, problem is null);
            if (problem is not null)
            {
                LogNotDeactivated(actor.Type, actor.Id, problem);
            }
        }
        catch (OperationCanceledException)
        {
            _services.ActorMetrics.Deactivated(actor.Type, false);
            LogNotDeactivated(actor.Type, actor.Id, "it does not answer");
        }
        catch (Exception exception)
        {
            LogFault(actor.Type, exception);
        }
        finally
        {
            // In this order: once it is removed a call makes a new instance, whose claim must not be released.
            _directory.Release(actor.Type, actor.Id, this);
            _actors.TryRemove(KeyValuePair.Create((actor.Type, actor.Id), actor));
            actor.Gone.SetResult();
            actor.Dispose();
        }
    }

    [LoggerMessage(4201, LogLevel.Warning, "Actor {Type}/{Id} is still in a call after its drain timeout; the call is cut off")]
    private partial void LogNotDrained(string type, string id);

    [LoggerMessage(4202, LogLevel.Warning, "The app did not take the deactivation of actor {Type}/{Id}: {Problem}")]
    private partial void LogNotDeactivated(string type, string id, string problem);

    [LoggerMessage(4203, LogLevel.Error, "The deactivation of an actor of type {Type} failed")]
    private partial void LogFault(string type, Exception exception);
}
