namespace Sidecar.Actors;

/// <summary>One active actor at its host.</summary>
internal sealed class ActorInstance(string type, string id, ActorSettings settings, DateTimeOffset now) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cut = new();
    private long _idleAt = (now + settings.IdleTimeout).UtcTicks;
    private Task? _arrival;

    public string Type => type;

    public string Id => id;

    public ActorTurns Turns { get; } = new(settings);

    /// <summary>How its type lives.</summary>
    public ActorSettings Settings => settings;

    /// <summary>Completes when the app has been told that the actor is gone.</summary>
    public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Cancelled when the call under way may last no longer.</summary>
    public CancellationToken Cut => _cut.Token;

    /// <summary>When it is idle for long enough, if no call comes.</summary>
    public DateTimeOffset IdleAt => new(Interlocked.Read(ref _idleAt), TimeSpan.Zero);

    /// <summary>A call came or ended.</summary>
    public void Touch(DateTimeOffset time) => Interlocked.Exchange(ref _idleAt, (time + settings.IdleTimeout).UtcTicks);

    /// <summary>What has to be over before its first call, begun by whoever asks first.</summary>
    public Task ArriveAsync(Func<Task> arrive)
    {
        lock (_gate)
        {
            return _arrival ??= arrive();
        }
    }

    /// <summary>Ends the call under way.</summary>
    public Task CutOffAsync() => _cut.CancelAsync();

    public void Dispose() => _cut.Dispose();
}
