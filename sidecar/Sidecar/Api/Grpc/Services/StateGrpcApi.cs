using System.Text;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Sidecar.Api.Http;
using Sidecar.State;
using Sidecar.State.Queries;
using Sidecar.Telemetry;
using Options = Dapr.Proto.Common.V1.StateOptions;
using WireItem = Dapr.Proto.Common.V1.StateItem;

namespace Sidecar.Api.Grpc.Services;

/// <summary>State management over gRPC. Values are bytes; how they are kept is the store's business.</summary>
internal sealed class StateGrpcApi(IReadOnlyDictionary<string, LoadedStateStore> stores, string appId, Tracing tracing) : IGrpcApi
{
    public IReadOnlyList<GrpcMethod> Methods =>
    [
        DaprMethod.Unary<GetStateRequest, GetStateResponse>("GetState", GetAsync),
        DaprMethod.Unary<GetBulkStateRequest, GetBulkStateResponse>("GetBulkState", GetBulkAsync),
        DaprMethod.Command<SaveStateRequest>("SaveState", SaveAsync),
        DaprMethod.Command<DeleteStateRequest>("DeleteState", DeleteAsync),
        DaprMethod.Command<DeleteBulkStateRequest>("DeleteBulkState", DeleteBulkAsync),
        DaprMethod.Command<ExecuteStateTransactionRequest>("ExecuteStateTransaction", TransactAsync),
        DaprMethod.Unary<QueryStateRequest, QueryStateResponse>("QueryStateAlpha1", QueryAsync),
    ];

    private async Task<GetStateResponse> GetAsync(GetStateRequest request, GrpcCall call)
    {
        var store = Find(request.StoreName);
        CheckKey(store, request.Key);
        StateItem? item;
        try
        {
            item = await store.GetAsync(request.Key, call.Cancellation);
        }
        catch (Exception exception) when (!call.Cancellation.IsCancellationRequested)
        {
            throw GrpcErrors.From(StateErrors.Get(store.Name, request.Key, exception.Message), GrpcCode.Internal);
        }

        var response = new GetStateResponse();
        if (item is not null)
        {
            response.Data = ByteString.CopyFrom(item.Data.Span);
            response.Etag = item.ETag ?? "";
            response.Metadata.Add(item.Metadata.ToDictionary(StringComparer.Ordinal));
        }

        return response;
    }

    private async Task<GetBulkStateResponse> GetBulkAsync(GetBulkStateRequest request, GrpcCall call)
    {
        var store = Find(request.StoreName);
        foreach (var key in request.Keys)
        {
            CheckKey(store, key);
        }

        IReadOnlyList<(string Key, StateItem? Item)> items;
        try
        {
            items = await store.ListAsync(request.Keys, call.Cancellation);
        }
        catch (Exception exception) when (!call.Cancellation.IsCancellationRequested)
        {
            throw new GrpcException(GrpcCode.Unknown, exception.Message);
        }

        var response = new GetBulkStateResponse();
        foreach (var (key, value) in items)
        {
            var item = new BulkStateItem { Key = key };
            if (value is { } found)
            {
                item.Data = ByteString.CopyFrom(found.Data.Span);
                item.Etag = found.ETag ?? "";
                item.Error = found.Problem ?? "";
                item.Metadata.Add(found.Metadata.ToDictionary(StringComparer.Ordinal));
            }

            response.Items.Add(item);
        }

        return response;
    }

    private Task SaveAsync(SaveStateRequest request, GrpcCall call)
    {
        var store = Find(request.StoreName);
        var operations = new List<SetOperation>();
        foreach (var item in request.States)
        {
            if (item.Key.Length == 0)
            {
                throw GrpcErrors.From(new ApiError(400, "ERR_STATE_SAVE", "state key cannot be empty"), GrpcCode.InvalidArgument);
            }

            var set = ToSet(store, item);
            operations.Add(set.Metadata.GetValueOrDefault("contentType") == "application/json" ? AsJson(set) : set);
        }

        return operations.Count == 0
            ? Task.CompletedTask
            : ApplyAsync(() => store.SaveAsync(operations, call.Cancellation), failure => StateErrors.Save(store.Name, failure), call);
    }

    private Task DeleteAsync(DeleteStateRequest request, GrpcCall call)
    {
        var store = Find(request.StoreName);
        var operation = ToDelete(store, new WireItem { Key = request.Key, Etag = request.Etag, Options = request.Options, Metadata = { request.Metadata } });
        return ApplyAsync(() => store.ApplyAsync(operation, call.Cancellation), failure => StateErrors.Delete(request.Key, failure), call);
    }

    private async Task DeleteBulkAsync(DeleteBulkStateRequest request, GrpcCall call)
    {
        var store = Find(request.StoreName);
        var operations = request.States.Select(item => ToDelete(store, item)).ToList();

        // Each for itself, as a save: one that fails does not keep the others.
        GrpcException? first = null;
        foreach (var operation in operations)
        {
            try
            {
                await ApplyAsync(() => store.ApplyAsync(operation, call.Cancellation), failure => StateErrors.DeleteBulk(store.Name, failure), call);
            }
            catch (GrpcException exception)
            {
                first ??= exception;
            }
        }

        if (first is not null)
        {
            throw first;
        }
    }

    private Task TransactAsync(ExecuteStateTransactionRequest request, GrpcCall call)
    {
        var store = Find(request.StoreName);
        var operations = new List<StateOperation>();
        foreach (var operation in request.Operations)
        {
            var item = operation.Request ?? new WireItem();
            CheckKey(store, item.Key);
            operations.Add(operation.OperationType switch
            {
                "upsert" => ToSet(store, item),
                "delete" => ToDelete(store, item),
                var other => throw GrpcErrors.From(StateErrors.UnsupportedOperation(other), GrpcCode.Unimplemented),
            });
        }

        return ApplyAsync(
            () => store.ExecuteTransactionAsync(operations, tracing.Of(call.Context), call.Cancellation), failure => StateErrors.Transaction(failure, appId), call, always: GrpcCode.Internal);
    }

    private async Task<QueryStateResponse> QueryAsync(QueryStateRequest request, GrpcCall call)
    {
        var store = Find(request.StoreName);
        var (answer, error) = await StateQueries.RunAsync(store, Encoding.UTF8.GetBytes(request.Query), call.Cancellation);
        if (error is not null)
        {
            throw GrpcErrors.From(error, GrpcCode.Internal);
        }

        var response = new QueryStateResponse();
        foreach (var row in answer.Rows)
        {
            response.Results.Add(new QueryStateItem { Key = store.Keys.Original(row.Key), Data = ByteString.CopyFrom(row.Data.Span), Etag = row.ETag });
        }

        response.Token = response.Results.Count > 0 ? answer.Token : "";
        return response;
    }

    private LoadedStateStore Find(string name) => stores.Count == 0
        ? throw GrpcErrors.From(StateErrors.NotConfigured(name, null), GrpcCode.FailedPrecondition)
        : stores.GetValueOrDefault(name) ?? throw GrpcErrors.From(StateErrors.NotFound(name, null), GrpcCode.InvalidArgument);

    private static async Task ApplyAsync(Func<Task<StateFailure?>> change, Func<StateFailure, ApiError> explain, GrpcCall call, GrpcCode? always = null)
    {
        StateFailure? failure;
        try
        {
            failure = await change();
        }
        catch (Exception exception) when (!call.Cancellation.IsCancellationRequested)
        {
            // Whatever a store's driver throws becomes the API's error.
            failure = StateFailure.Refused(exception.Message);
        }

        if (failure is not null)
        {
            throw GrpcErrors.From(explain(failure), always ?? CodeOf(failure));
        }
    }

    private static GrpcCode CodeOf(StateFailure failure) => failure.Kind switch
    {
        StateFailureKind.ETagMismatch => GrpcCode.Aborted,
        StateFailureKind.ETagInvalid => GrpcCode.InvalidArgument,
        _ => GrpcCode.Internal,
    };

    private static void CheckKey(LoadedStateStore store, string key)
    {
        if (StateKeys.Problem(key) is { } problem)
        {
            throw GrpcErrors.From(StateErrors.InvalidKey(store.Name, key, problem, withCode: false), GrpcCode.InvalidArgument);
        }
    }

    private static SetOperation ToSet(LoadedStateStore store, WireItem item)
    {
        CheckKey(store, item.Key);
        return new SetOperation(
            store.Keys.Stored(item.Key), item.Value.Memory, Binary: true, item.Etag?.Value, Concurrency(item.Options), Consistency(item.Options), item.Metadata.ToDictionary(StringComparer.Ordinal));
    }

    // A save takes a value that is said to be JSON apart, as one over HTTP; a transaction keeps the bytes.
    private static SetOperation AsJson(SetOperation set)
    {
        if (GoJson.CheckWhole(set.Value) is { } problem)
        {
            throw new GrpcException(GrpcCode.Unknown, problem);
        }

        using var document = GoJson.Decode(set.Value, out _);
        return set with { Value = GoJson.Compact(document!.RootElement), Binary = false };
    }

    private static DeleteOperation ToDelete(LoadedStateStore store, WireItem item)
    {
        CheckKey(store, item.Key);
        return new DeleteOperation(store.Keys.Stored(item.Key), item.Etag?.Value, Concurrency(item.Options), Consistency(item.Options), item.Metadata.ToDictionary(StringComparer.Ordinal));
    }

    private static string Concurrency(Options? options) => options?.Concurrency switch
    {
        Options.Types.StateConcurrency.ConcurrencyFirstWrite => "first-write",
        Options.Types.StateConcurrency.ConcurrencyLastWrite => "last-write",
        _ => "",
    };

    private static string Consistency(Options? options) => options?.Consistency switch
    {
        Options.Types.StateConsistency.ConsistencyStrong => "strong",
        Options.Types.StateConsistency.ConsistencyEventual => "eventual",
        _ => "",
    };
}
