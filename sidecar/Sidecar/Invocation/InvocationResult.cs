using Sidecar.Resiliency;

namespace Sidecar.Invocation;

/// <summary>The outcome of one attempt to call an app: its answer, or why there is none in daprd's words.</summary>
/// <param name="Response">The app's answer, its body not read yet; null when there is none.</param>
/// <param name="Error">Why there is no answer.</param>
/// <param name="Status">The status for the caller when there is no answer.</param>
internal sealed record InvocationResult(HttpResponseMessage? Response, string? Error = null, int Status = 500)
{
    private const int FirstFailure = 400;

    /// <summary>No repetition helps: the request itself was refused.</summary>
    public bool IsPermanent { get; init; }

    /// <summary>The answer has gone to the caller.</summary>
    public bool IsAnswered { get; init; }

    /// <summary>The answer broke off on its way.</summary>
    public bool IsCut { get; init; }

    /// <summary>Everything outside 200-399 counts as a failure, 4xx included, as in Dapr.</summary>
    public AttemptOutcome Outcome => Response is null
        ? new AttemptOutcome(Failed: true, 0, IsPermanent)
        : new AttemptOutcome(IsCut || (int)Response.StatusCode >= FirstFailure, (int)Response.StatusCode);
}
