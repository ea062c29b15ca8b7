namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>Everything that is awaited within goes on on the calling thread before <see cref="Run"/> returns, whatever scheduler that thread belongs to.</summary>
internal sealed class InlineContext : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = [];

    public static void Run(Action action)
    {
        var before = Current;
        var context = new InlineContext();
        SetSynchronizationContext(context);
        try
        {
            action();
            while (context._posted.TryDequeue(out var next))
            {
                next.Callback(next.State);
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);
}
