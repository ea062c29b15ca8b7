using Sidecar.Api.Http;

namespace Sidecar.State;

/// <summary>The errors of the state API, as daprd words them.</summary>
internal static class StateErrors
{
    public static ApiError NotConfigured(string store, string? appId) =>
        new(500, "ERR_STATE_STORE_NOT_CONFIGURED", $"state store {store} is not configured", [ErrorDetail.Info("DAPR_STATE_NOT_CONFIGURED", App(appId))]);

    public static ApiError NotFound(string store, string? appId) =>
        new(400, "ERR_STATE_STORE_NOT_FOUND", $"state store {store} is not found", [ErrorDetail.Info("DAPR_STATE_NOT_FOUND", App(appId))]);

    /// <param name="withCode">Over HTTP the text stands behind the code of the status that it is over gRPC.</param>
    public static ApiError InvalidKey(string store, string key, string problem, bool withCode = true)
    {
        var message = withCode ? $"api error: code = InvalidArgument desc = {problem}" : problem;
        return new(400, "ERR_MALFORMED_REQUEST", message, [ErrorDetail.BadRequest(key, message), ErrorDetail.Resource("state", store), ErrorDetail.Info("DAPR_STATE_ILLEGAL_KEY")]);
    }

    public static ApiError Malformed(string message) => new(400, "ERR_MALFORMED_REQUEST", message);

    public static ApiError MalformedBody(string message) => Malformed($"failed deserializing HTTP body: {message}");

    public static ApiError Get(string store, string key, string message) => new(500, "ERR_STATE_GET", $"fail to get {key} from state store {store}: {message}");

    public static ApiError BulkGet(string message) => new(500, "ERR_STATE_BULK_GET", message);

    public static ApiError Save(string store, StateFailure failure) => new(StatusOf(failure), "ERR_STATE_SAVE", $"failed saving state in state store {store}: {failure.Message}");

    public static ApiError Delete(string key, StateFailure failure) => new(StatusOf(failure), "ERR_STATE_DELETE", $"failed deleting state with key {key}: {failure.Message}");

    public static ApiError DeleteBulk(string store, StateFailure failure) => new(StatusOf(failure), "ERR_STATE_BULK_DELETE", $"failed deleting state in state store {store}: {failure.Message}");

    public static ApiError Transaction(StateFailure failure, string appId) => failure.Kind == StateFailureKind.NotPublished
        ? new(500, "ERR_PUBLISH_OUTBOX", $"error while publishing outbox message: {failure.Message}", [ErrorDetail.Info("DAPR_PUBSUB_OUTBOX", new Dictionary<string, string>(StringComparer.Ordinal) { ["appID"] = appId, ["error"] = failure.Message })])
        : new(500, "ERR_STATE_TRANSACTION", $"error while executing state transaction: {failure.Message}");

    public static ApiError UnsupportedOperation(string operation) => new(400, "ERR_NOT_SUPPORTED_STATE_OPERATION", $"operation type {operation} not supported");

    public static ApiError QueryUnsupported(string store) =>
        new(500, "ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying", [ErrorDetail.Resource("state", store), ErrorDetail.Info("DAPR_STATE_QUERYING_NOT_SUPPORTED")]);

    public static ApiError QueryFailed(string store, string message) =>
        new(500, "ERR_STATE_QUERY", $"state store {store} query failed: {message}", [ErrorDetail.Resource("state", store), ErrorDetail.Info("DAPR_STATE_QUERY_FAILED")]);

    private static int StatusOf(StateFailure failure) => failure.Kind switch
    {
        StateFailureKind.ETagMismatch => 409,
        StateFailureKind.ETagInvalid => 400,
        _ => 500,
    };

    private static Dictionary<string, string>? App(string? appId) => appId is null ? null : new(StringComparer.Ordinal) { ["appID"] = appId };
}
