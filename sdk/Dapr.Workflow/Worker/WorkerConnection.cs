using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker;

/// <summary>One stream of work items. Ending it makes the sidecar hand out again what was taken from it and not answered.</summary>
internal sealed class WorkerConnection : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly Lock gate = new();
    private bool disposed;

    public WorkerConnection(CancellationToken stoppingToken)
    {
        source = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Ended = source.Token;
    }

    /// <summary>Cancelled when the stream has ended or is to end.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Ends the stream; harmless when it has ended. Whoever waits for <see cref="Ended"/> goes on elsewhere.</summary>
    public void End()
    {
        lock (gate)
        {
            if (!disposed && !source.IsCancellationRequested)
            {
                source.CancelAfter(TimeSpan.Zero);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            source.Cancel();
            source.Dispose();
        }
    }
}

/// <summary>A work item and the stream it came from.</summary>
internal sealed record ReceivedItem(Proto.WorkItem Item, WorkerConnection Connection);
