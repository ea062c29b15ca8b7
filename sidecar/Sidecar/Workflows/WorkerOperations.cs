using Dapr.DurableTask.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Workflows.Engine;

namespace Sidecar.Workflows;

/// <summary>
/// What workers do, whatever carries their messages. The lease of an item ends with its answer, in one go: after an answer that does not get
/// that far its worker has the item still, and may repeat the answer by its token; one without a token cannot be told from the next, so that the
/// item is handed out again. Returning means: durable.
/// </summary>
internal sealed class WorkerOperations(WorkflowEngine engine)
{
    /// <summary>Feeds a worker until the token is cancelled, the engine stops, sending fails or it gives no sign of life any more.</summary>
    public async Task ServeAsync(Func<WorkItem, Task> send, CancellationToken cancellation, Heartbeat? heartbeat = null)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, engine.Stopped);
        try
        {
            await engine.Dispatcher.ServeAsync(send, heartbeat ?? new Heartbeat(engine.Context.Time, engine.Context.Options.HeartbeatLease), either.Token);
        }
        catch (OperationCanceledException) when (!either.IsCancellationRequested)
        {
            throw new GrpcException(GrpcCode.Unavailable, $"the worker has said nothing for {engine.Context.Options.HeartbeatLease}; what it had goes to others");
        }
    }

    /// <summary>The answer to a turn; a stale one changes nothing.</summary>
    public Task CompleteTurnAsync(WorkflowResponse response, CancellationToken cancellation)
    {
        var isTokensOwn = response.CompletionToken.Length > 0;
        response.CompletionToken = engine.Dispatcher.TokenOf(response);
        return AnswerAsync(engine, response.InstanceId, response.CompletionToken, isTokensOwn, instance => instance.CompleteTurn(response), cancellation);
    }

    /// <summary>
    /// The answer to an activity; a stale or repeated one changes nothing. It goes to the engine of the app whose instance asked; when that
    /// has gone its attempt is void, and the activity is run again for the next.
    /// </summary>
    public async Task CompleteActivityAsync(ActivityResponse response, CancellationToken cancellation)
    {
        var dispatcher = engine.Dispatcher;
        var isTokensOwn = response.CompletionToken.Length > 0;
        response.CompletionToken = dispatcher.TokenOf(response);
        var app = dispatcher.OwnerOf(response.CompletionToken);
        if ((app == engine.Context.AppId ? engine : engine.Context.Environment.Peers.Find(app)) is not { } owner)
        {
            dispatcher.Release(response.CompletionToken, isTokensOwn);
            return;
        }

        await AnswerAsync(owner, response.InstanceId, response.CompletionToken, isTokensOwn, instance => instance.CompleteActivity(response), cancellation);
    }

    private async Task AnswerAsync(WorkflowEngine owner, string instanceId, string token, bool isTokensOwn, Func<Engine.WorkflowInstance, Step?> complete, CancellationToken cancellation)
    {
        try
        {
            await owner.ChangeAsync(
                instanceId,
                instance =>
                {
                    engine.Dispatcher.Release(token, isTokensOwn);
                    return (true, complete(instance));
                },
                cancellation);
        }
        catch when (!isTokensOwn)
        {
            engine.Dispatcher.TakeBack(token);
            throw;
        }
    }
}
