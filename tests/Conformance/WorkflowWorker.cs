using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Dapr.DurableTask.Protobuf;

namespace Conformance;

/// <summary>The workflow worker of the recordings (golden/README.md lists its workflows), on the wire of the task hub.</summary>
internal sealed class WorkflowWorker(int port) : IAsyncDisposable
{
    private const string Service = "/TaskHubSidecarService/";
    private readonly GrpcTestClient _client = new(new Uri($"http://127.0.0.1:{port}"));
    private readonly CancellationTokenSource _stop = new();
    private Task _stream = Task.CompletedTask;

    /// <summary>The activities that ran: name and input.</summary>
    public ConcurrentQueue<JsonArray> Calls { get; } = new();

    /// <summary>Connects.</summary>
    public WorkflowWorker Start()
    {
        _stream = Task.Run(RunAsync);
        return this;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _stream.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _client.Dispose();
    }

    private async Task RunAsync()
    {
        await _client.CallAsync<Google.Protobuf.WellKnownTypes.Empty, Google.Protobuf.WellKnownTypes.Empty>($"{Service}Hello", new(), cancellation: _stop.Token);
        await foreach (var item in _client.StreamAsync<GetWorkItemsRequest, WorkItem>($"{Service}GetWorkItems", new GetWorkItemsRequest(), _stop.Token))
        {
            _ = Task.Run(() => item.WorkflowRequest is { } turn ? TurnAsync(turn, item.CompletionToken) : ActivityAsync(item.ActivityRequest, item.CompletionToken));
        }
    }

    private async Task TurnAsync(WorkflowRequest request, string token)
    {
        var response = new WorkflowResponse { InstanceId = request.InstanceId, CompletionToken = token };
        var replay = new WorkflowReplay(request.InstanceId, [.. request.PastEvents, .. request.NewEvents]);
        response.Actions.AddRange(replay.Run());
        response.CustomStatus = replay.CustomStatus;
        await _client.CallAsync<WorkflowResponse, CompleteTaskResponse>($"{Service}CompleteOrchestratorTask", response, cancellation: _stop.Token);
    }

    private async Task ActivityAsync(ActivityRequest request, string token)
    {
        var input = JsonNode.Parse(request.Input ?? "null");
        Calls.Enqueue(new JsonArray(request.Name, input?.DeepClone()));
        var response = new ActivityResponse { InstanceId = request.WorkflowInstance.InstanceId, TaskId = request.TaskId, CompletionToken = token };
        switch (request.Name)
        {
            case "Upper":
                response.Result = JsonValue.Create(input!.GetValue<string>().ToUpperInvariant()).ToJsonString();
                break;
            case "Add":
                response.Result = (input![0]!.GetValue<int>() + input[1]!.GetValue<int>()).ToString();
                break;
            case "Boom":
                response.FailureDetails = new TaskFailureDetails { ErrorType = "Error", ErrorMessage = "activity exploded", StackTrace = "Error: activity exploded" };
                break;
            default:
                response.FailureDetails = new TaskFailureDetails { ErrorType = "ActivityNotRegisteredError", ErrorMessage = $"Activity '{request.Name}' is not registered", StackTrace = "" };
                break;
        }

        await _client.CallAsync<ActivityResponse, CompleteTaskResponse>($"{Service}CompleteActivityTask", response, cancellation: _stop.Token);
    }
}
