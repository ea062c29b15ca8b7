namespace Sidecar.Actors;

/// <summary>One active actor at its host.</summary>
internal sealed class ActorInstance(string type, string id, ActorSettings settings, DateTimeOffset now)
{
    private long _idleAt = (now + settings.IdleTimeout).UtcTicks;

    public string Type => type;

    public string Id => id;

    public ActorTurns Turns { get; } = new(settings);

    /// <summary>Completes when the app has been told that the actor is gone.</summary>
    public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>When it is idle for long enough, if no call comes.</summary>
    public DateTimeOffset IdleAt => new(Interlocked.Read(ref _idleAt), TimeSpan.Zero);

    /// <summary>A call came or ended.</summary>
    public void Touch(DateTimeOffset time) => Interlocked.Exchange(ref _idleAt, (time + settings.IdleTimeout).UtcTicks);
}
