using System.Collections.Concurrent;
using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Http;
using Sidecar.Configuration;
using WireItem = Dapr.Proto.Common.V1.ConfigurationItem;

namespace Sidecar.Api.Grpc.Services;

/// <summary>
/// Configuration over gRPC. A subscription lasts as long as its stream; the first message of the stream carries its id, by which another call
/// can end it.
/// </summary>
internal sealed class ConfigurationGrpcApi(ConfigurationStores stores) : IGrpcApi
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _streams = new(StringComparer.Ordinal);

    public IReadOnlyList<GrpcMethod> Methods => [.. Of(""), .. Of("Alpha1")];

    private IEnumerable<GrpcMethod> Of(string version) =>
    [
        DaprMethod.Unary<GetConfigurationRequest, GetConfigurationResponse>("GetConfiguration" + version, GetAsync),
        DaprMethod.Duplex("SubscribeConfiguration" + version, SubscribeAsync),
        DaprMethod.Unary<UnsubscribeConfigurationRequest, UnsubscribeConfigurationResponse>("UnsubscribeConfiguration" + version, UnsubscribeAsync),
    ];

    private async Task<GetConfigurationResponse> GetAsync(GetConfigurationRequest request, GrpcCall call)
    {
        Check(request.StoreName);
        try
        {
            var items = await stores.GetAsync(request.StoreName, request.Keys, request.Metadata.ToDictionary(StringComparer.Ordinal), call.Cancellation);
            return new GetConfigurationResponse { Items = { ToMessages(items) } };
        }
        catch (Exception exception) when (!call.Cancellation.IsCancellationRequested)
        {
            throw GrpcErrors.From(new ApiError(500, "ERR_CONFIGURATION_GET", $"failed to get [{string.Join(' ', request.Keys)}] from Configuration store {request.StoreName}: {exception.Message}"), GrpcCode.Internal);
        }
    }

    private async Task SubscribeAsync(GrpcCall call)
    {
        var request = await call.ReadAsync<SubscribeConfigurationRequest>();
        Check(request.StoreName);
        using var stopped = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, stopped.Token);
        using var writer = new SemaphoreSlim(0, 1);
        var id = await SubscribeAsync(request, call, writer);
        _streams[id] = stopped;
        try
        {
            await call.WriteAsync(new SubscribeConfigurationResponse { Id = id });

            // Only now may changes follow: the client learns the id first.
            writer.Release();
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = either.Token.Register(() => ended.TrySetResult());
            await ended.Task;
            call.Cancellation.ThrowIfCancellationRequested();
        }
        finally
        {
            _streams.TryRemove(id, out _);
            await stores.UnsubscribeAsync(request.StoreName, id);
        }
    }

    private async Task<string> SubscribeAsync(SubscribeConfigurationRequest request, GrpcCall call, SemaphoreSlim writer)
    {
        var keys = request.Keys.Order(StringComparer.Ordinal).ToList();
        try
        {
            return await stores.SubscribeAsync(request.StoreName, keys, request.Metadata.ToDictionary(StringComparer.Ordinal), (id, items, token) => TellAsync(call, writer, id, items, token), call.Cancellation);
        }
        catch (Exception exception) when (!call.Cancellation.IsCancellationRequested)
        {
            throw GrpcErrors.From(
                new ApiError(500, "ERR_CONFIGURATION_SUBSCRIBE", $"failed to subscribe [{string.Join(' ', keys)}] from Configuration store {request.StoreName}: {exception.Message}"),
                GrpcCode.InvalidArgument);
        }
    }

    private static async Task TellAsync(GrpcCall call, SemaphoreSlim writer, string id, IReadOnlyDictionary<string, ConfigurationItem> items, CancellationToken cancellationToken)
    {
        try
        {
            await writer.WaitAsync(cancellationToken);
            try
            {
                await call.WriteAsync(new SubscribeConfigurationResponse { Id = id, Items = { ToMessages(items) } });
            }
            finally
            {
                writer.Release();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The stream has ended, and with it the subscription.
        }
    }

    private async Task<UnsubscribeConfigurationResponse> UnsubscribeAsync(UnsubscribeConfigurationRequest request, GrpcCall call)
    {
        if (!_streams.TryRemove(request.Id, out var stream))
        {
            return new UnsubscribeConfigurationResponse { Message = $"failed to unsubscribe to configuration request {request.Id}: subscription does not exist" };
        }

        await stream.CancelAsync();
        return new UnsubscribeConfigurationResponse { Ok = true };
    }

    private void Check(string store)
    {
        if (stores.IsEmpty)
        {
            throw GrpcErrors.From(new ApiError(500, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured"), GrpcCode.FailedPrecondition);
        }

        if (!stores.Contains(store))
        {
            throw GrpcErrors.From(new ApiError(400, "ERR_CONFIGURATION_STORE_NOT_FOUND", $"configuration store {store} not found"), GrpcCode.InvalidArgument);
        }
    }

    private static Dictionary<string, WireItem> ToMessages(IReadOnlyDictionary<string, ConfigurationItem> items) => items.ToDictionary(
        item => item.Key,
        item => new WireItem { Value = item.Value.Value ?? "", Version = item.Value.Version ?? "", Metadata = { item.Value.Metadata?.ToDictionary(StringComparer.Ordinal) ?? [] } },
        StringComparer.Ordinal);
}
