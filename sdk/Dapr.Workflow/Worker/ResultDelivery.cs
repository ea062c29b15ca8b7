using Dapr.Common.Rpc;
using Dapr.Workflow.Client;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker;

/// <summary>
/// Sends results to the sidecar. Repeating is safe, because a result carries the token of its attempt and counts once. A result
/// that the sidecar cannot take (too large) becomes a failure of its item; one that does not get through ends the stream, so that
/// the sidecar hands the item out again. A result that the sidecar refuses otherwise is one it no longer waits for.
/// </summary>
internal sealed partial class ResultDelivery(RpcChannel channel, TimeProvider time, ILogger logger)
{
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)];

    /// <summary>Delivers a result; <paramref name="failed"/> makes the one that says why it could not be taken.</summary>
    public async Task DeliverAsync(string method, string instanceId, IMessage result, Func<Proto.TaskFailureDetails, IMessage> failed, WorkerConnection connection)
    {
        try
        {
            await SendAsync(method, result);
        }
        catch (RpcException exception) when (exception.StatusCode is RpcStatusCode.ResourceExhausted or RpcStatusCode.InvalidArgument)
        {
            LogTooLarge(method, instanceId, exception.Message);
            var details = new Proto.TaskFailureDetails { ErrorType = "ResultNotAccepted", ErrorMessage = exception.Detail, IsNonRetriable = true };
            await DeliverFailureAsync(method, instanceId, failed(details), connection);
        }
        catch (RpcException exception)
        {
            GiveUp(method, instanceId, exception, connection);
        }
    }

    private async Task DeliverFailureAsync(string method, string instanceId, IMessage failure, WorkerConnection connection)
    {
        try
        {
            await SendAsync(method, failure);
        }
        catch (RpcException exception)
        {
            GiveUp(method, instanceId, exception, connection);
        }
    }

    private async Task SendAsync(string method, IMessage result)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await channel.UnaryAsync(WorkflowRpcClient.Service + method, result, Proto.CompleteTaskResponse.Parser, CancellationToken.None, Timeout);
                return;
            }
            catch (RpcException exception) when (IsTransient(exception) && attempt < Pauses.Length)
            {
                await Task.Delay(Pauses[attempt], time);
            }
        }
    }

    private void GiveUp(string method, string instanceId, RpcException exception, WorkerConnection connection)
    {
        if (IsTransient(exception))
        {
            LogUndelivered(method, instanceId, exception.Message);
            connection.End();
        }
        else
        {
            LogRefused(method, instanceId, exception.Message);
        }
    }

    private static bool IsTransient(RpcException exception) =>
        exception.StatusCode is RpcStatusCode.Unavailable or RpcStatusCode.DeadlineExceeded or RpcStatusCode.Internal or RpcStatusCode.Aborted or RpcStatusCode.Cancelled;

    [LoggerMessage(11, LogLevel.Error, "{Method} of instance {InstanceId} was not delivered; the stream is opened anew, and the sidecar hands its items out again: {Reason}")]
    private partial void LogUndelivered(string method, string instanceId, string reason);

    [LoggerMessage(12, LogLevel.Warning, "{Method} of instance {InstanceId} was refused; the sidecar no longer waits for it: {Reason}")]
    private partial void LogRefused(string method, string instanceId, string reason);

    [LoggerMessage(13, LogLevel.Error, "{Method} of instance {InstanceId} cannot be taken by the sidecar and becomes a failure: {Reason}")]
    private partial void LogTooLarge(string method, string instanceId, string reason);
}
