using System.Diagnostics;
using System.Threading.Channels;
using Dapr.Common.Rpc;
using Dapr.Common.Serialization;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Worker.Replay;
using Google.Protobuf;
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
/// <see cref="Parallelism"/> items of each kind run, a bounded number waits (then the stream is not read), and an item whose result
/// could not be delivered is dropped, because the sidecar hands it out again.
/// </summary>
internal sealed partial class WorkflowWorker : BackgroundService
{
    internal const int Parallelism = 100;
    private static readonly TimeSpan HelloInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(30);
    private readonly RpcChannel channel;
    private readonly WorkflowTurn turn;
    private readonly ActivityExecution activity;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ReconnectDelay delay = new();
    private readonly Channel<Proto.WorkItem> turns = Channel.CreateBounded<Proto.WorkItem>(Parallelism);
    private readonly Channel<Proto.WorkItem> activities = Channel.CreateBounded<Proto.WorkItem>(Parallelism);

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
        using var connection = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var hello = HelloAsync(connection.Token);
        try
        {
            await ReceiveAsync(stoppingToken);
            LogStreamEnded();
        }
        catch (RpcException exception)
        {
            LogDisconnected(exception.Message);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The app stops.
        }

        await connection.CancelAsync();
        await hello;
        if (time.GetElapsedTime(connected) >= ReconnectDelay.Steady)
        {
            delay.Reset();
        }

        await PauseAsync(delay.Next(), stoppingToken);
    }

    private async Task ReceiveAsync(CancellationToken stoppingToken)
    {
        var items = channel.StreamAsync(
            WorkflowRpcClient.Service + "GetWorkItems", new Proto.GetWorkItemsRequest(), Proto.WorkItem.Parser, LogConnected, stoppingToken);
        await foreach (var item in items)
        {
            delay.Reset();
            switch (item.RequestCase)
            {
                case Proto.WorkItem.RequestOneofCase.WorkflowRequest:
                    await turns.Writer.WriteAsync(item, stoppingToken);
                    break;
                case Proto.WorkItem.RequestOneofCase.ActivityRequest:
                    await activities.Writer.WriteAsync(item, stoppingToken);
                    break;
                default:
                    LogUnknownItem();
                    break;
            }
        }
    }

    private static async Task ConsumeAsync(ChannelReader<Proto.WorkItem> items, Func<Proto.WorkItem, Task> run, CancellationToken stoppingToken)
    {
        try
        {
            while (await items.WaitToReadAsync(stoppingToken))
            {
                while (!stoppingToken.IsCancellationRequested && items.TryRead(out var item))
                {
                    await run(item);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What runs was finished; what waits is handed out again by the sidecar.
        }
    }

    private async Task RunTurnAsync(Proto.WorkItem item)
    {
        var request = item.WorkflowRequest;
        await DeliverAsync("CompleteOrchestratorTask", request.InstanceId, async () =>
        {
            if (request.RequiresHistoryStreaming)
            {
                var history = await channel.UnaryAsync(
                    WorkflowRpcClient.Service + "GetInstanceHistory",
                    new Proto.GetInstanceHistoryRequest { InstanceId = request.InstanceId },
                    Proto.GetInstanceHistoryResponse.Parser,
                    CancellationToken.None,
                    DeliveryTimeout);
                request.PastEvents.AddRange(history.Events);
            }

            return await turn.RunAsync(request, item.CompletionToken);
        });
    }

    private Task RunActivityAsync(Proto.WorkItem item) => DeliverAsync(
        "CompleteActivityTask",
        item.ActivityRequest.WorkflowInstance?.InstanceId ?? string.Empty,
        async () => await activity.RunAsync(item.ActivityRequest, item.CompletionToken));

    private async Task DeliverAsync(string method, string instanceId, Func<Task<IMessage>> run)
    {
        try
        {
            var response = await run();
            await channel.UnaryAsync(WorkflowRpcClient.Service + method, response, Proto.CompleteTaskResponse.Parser, CancellationToken.None, DeliveryTimeout);
        }
#pragma warning disable CA1031 // one item must not end the worker; the sidecar hands it out again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogUndelivered(method, instanceId, exception);
        }
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

    [LoggerMessage(5, LogLevel.Error, "{Method} of instance {InstanceId} was not delivered; the sidecar will hand the item out again")]
    private partial void LogUndelivered(string method, string instanceId, Exception exception);

    [LoggerMessage(6, LogLevel.Debug, "The sidecar did not answer a hello: {Reason}")]
    private partial void LogHelloFailed(string reason);
}
