using System.Diagnostics;
using Dapr.Common.Rpc;
using Dapr.Common.Serialization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Client;

/// <summary>The client calls of TaskHubSidecarService.</summary>
internal sealed class WorkflowRpcClient(RpcChannel channel, IDaprSerializer serializer, TimeProvider time) : IDisposable
{
    internal const string Service = "/TaskHubSidecarService/";
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(15);

    public async Task<string> StartAsync(string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var request = new Proto.CreateInstanceRequest
        {
            InstanceId = string.IsNullOrEmpty(instanceId) ? Guid.NewGuid().ToString("N") : instanceId,
            Name = name,
            Input = serializer.Serialize(input),
            ParentTraceContext = CurrentTrace(),
            ScheduledStartTimestamp = startTime?.ToTimestamp(),
        };
        var response = await CallAsync("StartInstance", request, Proto.CreateInstanceResponse.Parser, cancellationToken);
        return response.InstanceId;
    }

    public async Task<WorkflowState> GetAsync(string instanceId, bool withPayloads, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        try
        {
            var request = new Proto.GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = withPayloads };
            var response = await CallAsync("GetInstance", request, Proto.GetInstanceResponse.Parser, cancellationToken);
            return new WorkflowState(response.Exists ? response.WorkflowState : null, serializer);
        }
        catch (RpcException exception) when (exception.StatusCode == RpcStatusCode.NotFound)
        {
            return new WorkflowState(state: null, serializer);
        }
    }

    /// <summary>Waits, over lost connections and deadlines, and then reads the state.</summary>
    public async Task<WorkflowState> WaitAsync(string method, string instanceId, bool withPayloads, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new Proto.GetInstanceRequest { InstanceId = instanceId };
        for (var delay = FirstRetry; ; delay = delay * 2 < LongestRetry ? delay * 2 : LongestRetry)
        {
            try
            {
                var response = await CallAsync(method, request, Proto.GetInstanceResponse.Parser, cancellationToken);
                return response.Exists ? await GetAsync(instanceId, withPayloads, cancellationToken) : throw Missing(instanceId);
            }
            catch (RpcException exception) when (exception.StatusCode == RpcStatusCode.NotFound)
            {
                throw Missing(instanceId);
            }
            catch (RpcException exception) when (exception.StatusCode is RpcStatusCode.DeadlineExceeded or RpcStatusCode.Unavailable)
            {
                await Task.Delay(delay, time, cancellationToken);
            }
        }
    }

    public async Task RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var request = new Proto.RaiseEventRequest { InstanceId = instanceId, Name = eventName, Input = serializer.Serialize(payload) };
        await CallAsync("RaiseEvent", request, Proto.RaiseEventResponse.Parser, cancellationToken);
    }

    public async Task TerminateAsync(string instanceId, object? output, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new Proto.TerminateRequest { InstanceId = instanceId, Output = serializer.Serialize(output), Recursive = true };
        await CallAsync("TerminateInstance", request, Proto.TerminateResponse.Parser, cancellationToken);
    }

    public async Task SuspendAsync(string instanceId, string? reason, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new Proto.SuspendRequest { InstanceId = instanceId, Reason = reason };
        await CallAsync("SuspendInstance", request, Proto.SuspendResponse.Parser, cancellationToken);
    }

    public async Task ResumeAsync(string instanceId, string? reason, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new Proto.ResumeRequest { InstanceId = instanceId, Reason = reason };
        await CallAsync("ResumeInstance", request, Proto.ResumeResponse.Parser, cancellationToken);
    }

    public async Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new Proto.PurgeInstancesRequest { InstanceId = instanceId, Recursive = true };
        var response = await CallAsync("PurgeInstances", request, Proto.PurgeInstancesResponse.Parser, cancellationToken);
        return response.DeletedInstanceCount > 0;
    }

    public async Task<WorkflowInstancePage> ListAsync(string? continuationToken, int? pageSize, CancellationToken cancellationToken)
    {
        var request = new Proto.ListInstanceIDsRequest();
        if (continuationToken is not null)
        {
            request.ContinuationToken = continuationToken;
        }

        if (pageSize is { } size)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(pageSize));
            request.PageSize = (uint)size;
        }

        var response = await CallAsync("ListInstanceIDs", request, Proto.ListInstanceIDsResponse.Parser, cancellationToken);
        return new WorkflowInstancePage([.. response.InstanceIds], response.HasContinuationToken ? response.ContinuationToken : null);
    }

    public async Task<IReadOnlyList<WorkflowHistoryEvent>> GetHistoryAsync(string instanceId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var response = await CallAsync("GetInstanceHistory", new Proto.GetInstanceHistoryRequest { InstanceId = instanceId }, Proto.GetInstanceHistoryResponse.Parser, cancellationToken);
        return [.. response.Events.Select(Convert.ToHistoryEvent)];
    }

    public async Task<string> RerunAsync(string sourceInstanceId, uint eventId, RerunWorkflowFromEventOptions? options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourceInstanceId);
        var request = new Proto.RerunWorkflowFromEventRequest { SourceInstanceID = sourceInstanceId, EventID = eventId, OverwriteInput = options?.OverwriteInput ?? false };
        if (options?.NewInstanceId is { } newInstanceId)
        {
            request.NewInstanceID = newInstanceId;
        }

        if (request.OverwriteInput)
        {
            request.Input = serializer.Serialize(options!.Input);
        }

        var response = await CallAsync("RerunWorkflowFromEvent", request, Proto.RerunWorkflowFromEventResponse.Parser, cancellationToken);
        return response.NewInstanceID;
    }

    public void Dispose() => channel.Dispose();

    private Task<TResponse> CallAsync<TResponse>(string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse> => channel.UnaryAsync(Service + method, request, parser, cancellationToken);

    private static InvalidOperationException Missing(string instanceId) => new($"Workflow instance '{instanceId}' does not exist.");

    private static Proto.TraceContext? CurrentTrace() => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } activity
        ? new Proto.TraceContext { TraceParent = id, TraceState = activity.TraceStateString }
        : null;
}
