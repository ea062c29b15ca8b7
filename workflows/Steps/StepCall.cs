using Workflows.Saga;

namespace Workflows.Steps;

/// <summary>One call of a step or an undo to another service.</summary>
/// <param name="AppId">The service's app id.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, starting with a slash.</param>
/// <param name="IdempotencyKey">The same for every repeat of the step.</param>
/// <param name="Body">The JSON body, or null.</param>
/// <param name="Timeout">How long one attempt may take.</param>
public sealed record StepCall(string AppId, HttpMethod Method, string Path, string IdempotencyKey, object? Body = null, TimeSpan? Timeout = null)
{
    /// <summary>How long a call may take unless it says otherwise: 3 s.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the payment calls may take: what Payments allows itself (15 s) and a second for the way.</summary>
    public static TimeSpan PaymentTimeout { get; } = TimeSpan.FromSeconds(16);

    internal static StepCall Do(SagaStep step, Guid orderId, string appId, HttpMethod method, string path, object? body = null, TimeSpan? timeout = null) =>
        new(appId, method, path, step.IdempotencyKey(orderId), body, timeout);

    internal static StepCall Undo(SagaStep step, Guid orderId, string appId, string path, TimeSpan? timeout = null) =>
        new(appId, HttpMethod.Post, path, step.UndoIdempotencyKey(orderId), Timeout: timeout);
}
