using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Testing.Tests.Plans;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sidecar.Components;
using Sidecar.Telemetry;
using Sidecar.Workflows;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Postgres;
using Sidecar.Workflows.Store;

namespace Dapr.Workflow.Testing.Tests.Crashes;

/// <summary>One planned workflow on PostgreSQL, in real time; the way to the database is cut at most once.</summary>
internal sealed class DatabaseRun(string database, Plan plan)
{
    private const string Id = "order";
    private static readonly TimeSpan BeforeTheNextAttempt = TimeSpan.FromMilliseconds(10);
    private readonly PlanApp _app = new();
    private WorkflowEngine _engine = null!;

    /// <summary>Messages to the database between the engine's start and the workflow's end.</summary>
    public int Messages { get; private set; }

    public string? Output { get; private set; }

    public IReadOnlySet<string> Effects => _app.Effects;

    /// <summary>What the history holds, apart from turns and events from outside.</summary>
    public IReadOnlyList<string> History { get; private set; } = [];

    /// <summary>Ids of instances that have something left to do.</summary>
    public IReadOnlyList<string> LeftOver { get; private set; } = [];

    public async Task<DatabaseRun> RunAsync(int cutAt = 0, bool afterAnswer = false)
    {
        var connection = new NpgsqlConnectionStringBuilder(database);
        await using var link = new CuttingLink(new(System.Net.Dns.GetHostAddresses(connection.Host!)[0], connection.Port));
        (connection.Host, connection.Port, connection.Pooling) = ("127.0.0.1", link.Port, true);
        var store = new PostgresWorkflowStore(Guid.NewGuid().ToString("N"), connection.ConnectionString, TimeProvider.System, NullLogger<PostgresWorkflowStore>.Instance);
        await using var engine = _engine = await WorkflowEngine.StartAsync(
            store, "app", new WorkflowOptions(), new EngineEnvironment(TimeProvider.System, new Tracing(new ConfigurationSpec(), []), NullLogger.Instance), default);
        using var end = new CancellationTokenSource();
        var worker = ServeAsync(end.Token);
        link.Arm(cutAt, afterAnswer);
        await DriveAsync();
        Messages = link.Messages;
        link.Arm(-1, afterAnswer: false);
        History = [.. WorkflowHistory(await DoAsync(() => engine.ReadHistoryAsync(Id, default)))];
        LeftOver = [.. await DoAsync(() => store.FindWorkAsync(null, 10, default)), .. (await DoAsync(() => store.NextTimersAsync(10, default))).Select(timer => timer.InstanceId)];
        await end.CancelAsync();
        await worker.ContinueWith(_ => { }, TaskScheduler.Default);
        return this;
    }

    private static IEnumerable<string> WorkflowHistory(IReadOnlyList<byte[]> rows) => rows
        .SelectMany(HistoryChunk.Unpack)
        .Where(each => each is { WorkflowStarted: null, EventRaised: null })
        .Select(each => $"{each.EventTypeCase} {each.EventId}")
        .Order(StringComparer.Ordinal);

    private async Task DriveAsync()
    {
        var operations = new WorkflowOperations(_engine);
        var input = new Common.Serialization.JsonDaprSerializer().Serialize(new PlanRun(plan));
        await DoAsync(async () => await operations.FindAsync(Id, default) is null
            ? await operations.CreateAsync(new CreateInstanceRequest { InstanceId = Id, Name = nameof(PlanWorkflow), Input = input }, default)
            : WorkflowRefusal.None);
        foreach (var name in plan.Events())
        {
            await DoAsync(() => operations.RaiseEventAsync(Id, name, $"\"{Plan.Payload(name)}\"", default));
        }

        var row = await DoAsync(() => operations.WaitForCompletionAsync(Id, default));
        Output = InstanceView.Of(row!, withPayloads: true).Output;
    }

    private Task ServeAsync(CancellationToken cancellation)
    {
        var worker = new WorkerOperations(_engine);
        var code = new AppCode(_app.Register, configure: null, TimeProvider.System);
        return worker.ServeAsync(
            item =>
            {
                _ = Task.Run(() => HandleAsync(item), cancellation);
                return Task.CompletedTask;
            },
            cancellation);

        async Task<bool> HandleAsync(WorkItem item) => await DoAsync(async () =>
        {
            await (item.ActivityRequest is { } activity
                ? worker.CompleteActivityAsync(await code.RunAsync(activity, item.CompletionToken), cancellation)
                : worker.CompleteTurnAsync(await code.TurnAsync(item.WorkflowRequest, item.CompletionToken), cancellation));
            return true;
        });
    }

    // What cannot be read is asked for again, as any client does.
    private static async Task<T> DoAsync<T>(Func<Task<T>> action)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (Exception e) when (e is NpgsqlException or IOException)
            {
                await Task.Delay(BeforeTheNextAttempt, TimeProvider.System);
            }
        }
    }
}
