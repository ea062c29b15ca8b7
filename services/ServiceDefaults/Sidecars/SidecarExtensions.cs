namespace ServiceDefaults;

/// <summary>Calls with the usual timeout of 3 s.</summary>
public static class SidecarExtensions
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>See <see cref="ISidecar.CallStepAsync"/>.</summary>
    public static Task<StepAnswer> CallStepAsync(this ISidecar sidecar, string appId, HttpMethod method, string path, object? body, string idempotencyKey, RequestContext context, CancellationToken ct) =>
        sidecar.CallStepAsync(appId, method, path, body, idempotencyKey, context, Timeout, ct);

    /// <summary>See <see cref="ISidecar.GetAsync{T}"/>.</summary>
    public static Task<T?> GetAsync<T>(this ISidecar sidecar, string appId, string path, RequestContext context, CancellationToken ct) =>
        sidecar.GetAsync<T>(appId, path, context, Timeout, ct);

    /// <summary>See <see cref="ISidecar.PostAsync{T}"/>.</summary>
    public static Task<T> PostAsync<T>(this ISidecar sidecar, string appId, string path, object? body, RequestContext context, CancellationToken ct) =>
        sidecar.PostAsync<T>(appId, path, body, context, Timeout, ct);
}
