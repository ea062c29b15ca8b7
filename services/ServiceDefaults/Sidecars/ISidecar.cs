namespace ServiceDefaults;

/// <summary>
/// Calls to other services through the sidecar. A user's call carries the user's token, a system call X-Tenant-Id and X-Actor.
/// Faults that a repeat may cure are <see cref="TransientCallException"/>, programming errors <see cref="PermanentCallException"/>.
/// </summary>
public interface ISidecar
{
    /// <summary>Calls a step endpoint.</summary>
    Task<StepAnswer> CallStepAsync(string appId, HttpMethod method, string path, object? body, string idempotencyKey, RequestContext context, TimeSpan timeout, CancellationToken ct);

    /// <summary>Reads; default when the service answers 404.</summary>
    Task<T?> GetAsync<T>(string appId, string path, RequestContext context, TimeSpan timeout, CancellationToken ct);

    /// <summary>Posts a query or command that needs no key; 404 is a programming error here.</summary>
    Task<T> PostAsync<T>(string appId, string path, object? body, RequestContext context, TimeSpan timeout, CancellationToken ct);
}
