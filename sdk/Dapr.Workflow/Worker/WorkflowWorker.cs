using System.Diagnostics;
using System.Threading.Channels;
using Dapr.Common.Rpc;
using Dapr.Common.Serialization;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Worker.Replay;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker;

/// <summary>
/// Takes work items from the sidecar's stream, runs them and sends the results back, until the app stops. Invariants: at most
/// <see cref="Parallelism"/> items of each kind run, a bounded number waits (then the stream is not read), and every item that was
/// taken is either answered or handed out again: when an answer cannot be delivered the stream is ended, and with it the sidecar
/// takes back all that it gave out on it.
/// </summary>
internal sealed partial class WorkflowWorker : BackgroundService
{
    internal const int Parallelism = 100;
    private static readonly TimeSpan HelloInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DeliveryTimeout = ResultDelivery.Timeout;
    private readonly RpcChannel channel;
    private readonly WorkflowTurn turn;
    private readonly ActivityExecution activity;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ReconnectDelay delay = new();
    private readonly ResultDelivery delivery;
    private readonly Channel<ReceivedItem> turns = Channel.CreateBounded<ReceivedItem>(Parallelism);
    private readonly Channel<ReceivedItem> activities = Channel.CreateBounded<ReceivedItem>(Parallelism);

    public WorkflowWorker(
        IServiceScopeFactory scopes,
        IWorkflowsFactory factory,
        IDaprSerializer serializer,
        IOptions<WorkflowRpcOptions> limits,
        ILoggerFactory loggers,
        IConfiguration? configuration = null,
        TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        logger = loggers.CreateLogger<WorkflowWorker>();
        turn = new WorkflowTurn(scopes, factory, serializer, loggers);
        activity = new ActivityExecution(scopes, factory, serializer, loggers);
        channel = new RpcChannel(new RpcChannelOptions(new Uri(DaprDefaults.GetDefaultGrpcEndpoint(configuration)), typeof(WorkflowWorker).Assembly)
        {
            ApiToken = DaprDefaults.GetDefaultDaprApiToken(configuration),
            MaxReceiveMessageSize = limits.Value.MaxReceiveMessageSize,
            MaxSendMessageSize = limits.Value.MaxSendMessageSize,
            Time = this.time,
        });
        delivery = new ResultDelivery(channel, this.time, logger);
    }

    public override void Dispose()
    {
        channel.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Items belong to the traces they carry, not to whatever started the app.
        Activity.Current = null;
        await Task.Yield();
        var consumers = Enumerable.Range(0, Parallelism)
            .SelectMany(_ => new[] { ConsumeAsync(turns.Reader, RunTurnAsync, stoppingToken), ConsumeAsync(activities.Reader, RunActivityAsync, stoppingToken) })
            .ToList();
        while (!stoppingToken.IsCancellationRequested)
        {
            await ConnectAsync(stoppingToken);
        }

        await Task.WhenAll(consumers);
    }

    private async Task ConnectAsync(CancellationToken stoppingToken)
    {
        var connected = time.GetTimestamp();
        using var connection = new WorkerConnection(stoppingToken);
        var hello = HelloAsync(connection.Ended);
        try
        {
            await ReceiveAsync(connection);
            LogStreamEnded();
        }
        catch (RpcException exception)
        {
            LogDisconnected(exception.Message);
        }
        catch (OperationCanceledException) when (connection.Ended.IsCancellationRequested)
        {
            // The app stops, or a result could not be delivered.
        }

        connection.End();
        await hello;
        if (time.GetElapsedTime(connected) >= ReconnectDelay.Steady)
        {
            delay.Reset();
        }

        await PauseAsync(delay.Next(), stoppingToken);
    }

    private async Task ReceiveAsync(WorkerConnection connection)
    {
        var items = channel.StreamAsync(
            WorkflowRpcClient.Service + "GetWorkItems", new Proto.GetWorkItemsRequest(), Proto.WorkItem.Parser, LogConnected, connection.Ended);
        await foreach (var item in items)
        {
            delay.Reset();
            switch (item.RequestCase)
            {
                case Proto.WorkItem.RequestOneofCase.WorkflowRequest:
                    await turns.Writer.WriteAsync(new ReceivedItem(item, connection), connection.Ended);
                    break;
                case Proto.WorkItem.RequestOneofCase.ActivityRequest:
                    await activities.Writer.WriteAsync(new ReceivedItem(item, connection), connection.Ended);
                    break;
                default:
                    LogUnknownItem();
                    break;
            }
        }
    }

    private static async Task ConsumeAsync(ChannelReader<ReceivedItem> items, Func<ReceivedItem, Task> run, CancellationToken stoppingToken)
    {
        try
        {
            while (await items.WaitToReadAsync(stoppingToken))
            {
                while (!stoppingToken.IsCancellationRequested && items.TryRead(out var received))
                {
                    // What waits when its stream ends is handed out again; running it here too would be once too often.
                    if (!received.Connection.Ended.IsCancellationRequested)
                    {
                        await run(received);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What runs was finished; what waits is handed out again by the sidecar.
        }
    }

    private async Task RunTurnAsync(ReceivedItem received)
    {
        var request = received.Item.WorkflowRequest;
        if (request.RequiresHistoryStreaming && !await TryReadHistoryAsync(received))
        {
            return;
        }

        var response = await turn.RunAsync(request, received.Item.CompletionToken);
        await delivery.DeliverAsync(
            "CompleteOrchestratorTask", request.InstanceId, response, details => WorkflowTurn.Failed(request, received.Item.CompletionToken, details), received.Connection);
    }

    private async Task<bool> TryReadHistoryAsync(ReceivedItem received)
    {
        var request = received.Item.WorkflowRequest;
        try
        {
            var history = await channel.UnaryAsync(
                WorkflowRpcClient.Service + "GetInstanceHistory",
                new Proto.GetInstanceHistoryRequest { InstanceId = request.InstanceId },
                Proto.GetInstanceHistoryResponse.Parser,
                CancellationToken.None,
                DeliveryTimeout);
            request.PastEvents.AddRange(history.Events);
            return true;
        }
        catch (RpcException exception)
        {
            LogNoHistory(request.InstanceId, exception.Message);
            received.Connection.End();
            return false;
        }
    }

    private async Task RunActivityAsync(ReceivedItem received)
    {
        var request = received.Item.ActivityRequest;
        var response = await activity.RunAsync(request, received.Item.CompletionToken);
        await delivery.DeliverAsync(
            "CompleteActivityTask", response.InstanceId, response, details => ActivityExecution.Failed(request, received.Item.CompletionToken, details), received.Connection);
    }

    private async Task HelloAsync(CancellationToken cancellationToken)
    {
        while (await PauseAsync(HelloInterval, cancellationToken))
        {
            try
            {
                await channel.UnaryAsync(WorkflowRpcClient.Service + "Hello", new Empty(), Empty.Parser, cancellationToken, DeliveryTimeout);
            }
            catch (RpcException exception)
            {
                LogHelloFailed(exception.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<bool> PauseAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(duration, time, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Workflow worker is connected to the sidecar")]
    private partial void LogConnected();

    [LoggerMessage(2, LogLevel.Information, "The sidecar ended the stream of work items; connecting again")]
    private partial void LogStreamEnded();

    [LoggerMessage(3, LogLevel.Warning, "Workflow worker is not connected; connecting again: {Reason}")]
    private partial void LogDisconnected(string reason);

    [LoggerMessage(4, LogLevel.Warning, "The sidecar sent a work item of a kind this worker does not know")]
    private partial void LogUnknownItem();

    [LoggerMessage(5, LogLevel.Error, "The history of instance {InstanceId} could not be read; the stream is opened anew, and the sidecar hands its items out again: {Reason}")]
    private partial void LogNoHistory(string instanceId, string reason);

    [LoggerMessage(6, LogLevel.Debug, "The sidecar did not answer a hello: {Reason}")]
    private partial void LogHelloFailed(string reason);
}
