using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>
/// Lets a request take effect once. Same key and request: the stored answer. Same key, other request: 422
/// `idempotency_key_reused`. While the first still runs: wait up to 5 s for its answer, then 409 `request_in_progress`.
/// Keys belong to the caller (user, or the system) and the scope, and are kept for 31 days.
/// </summary>
public interface IIdempotency
{
    /// <summary>Claims the key in the transaction of the effect, so that both happen or neither. An exception or an answer from 500 up is rolled back and not kept.</summary>
    /// <param name="scope">Names the operation, e.g. `orders.create`.</param>
    /// <param name="request">Everything that makes the request what it is; its JSON is hashed.</param>
    Task<IResult> RunAsync(RequestContext context, string scope, string key, object request, Func<DbSession, Task<StoredResponse>> effect, CancellationToken ct);

    /// <summary>
    /// For effects that call out: the claim is committed first, with a lease of 30 s within which the effect is cancelled; a claim
    /// whose owner died is taken over after the lease. Null means that nothing is settled (503, the claim is given back).
    /// </summary>
    Task<IResult> RunLongAsync(RequestContext context, string scope, string key, object request, Func<CancellationToken, Task<StoredResponse?>> effect, CancellationToken ct);
}
