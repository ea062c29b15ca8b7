using Microsoft.AspNetCore.Http;
using Npgsql;

namespace ServiceDefaults;

/// <summary>
/// Invariant: an effect is committed at most once per key. Short effects hold the row of their key in their own transaction, so
/// duplicates wait on PostgreSQL's lock; long ones hold a committed claim with a lease, and an owner that lost its lease cannot
/// complete the claim any more.
/// </summary>
internal sealed class Idempotency(IDatabase database, IIdGenerator ids, TimeProvider clock) : IIdempotency
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(31);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    public async Task<IResult> RunAsync(RequestContext context, string scope, string key, object request, Func<DbSession, Task<StoredResponse>> effect, CancellationToken ct)
    {
        var claim = Claim.Of(context, scope, key, request, ids.NewId());
        try
        {
            return await database.TransactionAsync(context, session => ClaimAndRunAsync(session, claim, effect), ct);
        }
        catch (NotKeptException fault)
        {
            return fault.Answer;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable && exception.Data.Contains(nameof(Claim)))
        {
            return InProgress();
        }
    }

    public async Task<IResult> RunLongAsync(RequestContext context, string scope, string key, object request, Func<CancellationToken, Task<StoredResponse?>> effect, CancellationToken ct)
    {
        var claim = Claim.Of(context, scope, key, request, ids.NewId());
        var giveUp = clock.GetUtcNow() + Wait;
        while (true)
        {
            var (claimed, row) = await database.TransactionAsync(context, session => TryClaimAsync(session, claim), ct);
            if (claimed)
            {
                return await RunClaimedAsync(context, claim, effect, ct);
            }

            if (row is not null && Settled(row, claim) is { } answer)
            {
                return answer;
            }

            if (clock.GetUtcNow() >= giveUp)
            {
                return InProgress();
            }

            await Task.Delay(PollInterval, clock, ct);
        }
    }

    private async Task<IResult> ClaimAndRunAsync(DbSession session, Claim claim, Func<DbSession, Task<StoredResponse>> effect)
    {
        var now = clock.GetUtcNow();
        await session.ExecuteAsync($"SET LOCAL lock_timeout = {(int)Wait.TotalMilliseconds}");
        if (!await InsertAsync(session, claim, now))
        {
            var row = await ClaimStore.FindAsync(session, claim);
            return row is null ? InProgress() : Settled(row, claim) ?? InProgress();
        }

        await session.ExecuteAsync("SET LOCAL lock_timeout = DEFAULT");
        var answer = StoredAnswer.From(await effect(session));
        if (answer.Status >= StatusCodes.Status500InternalServerError)
        {
            throw new NotKeptException(answer);
        }

        await ClaimStore.TryCompleteAsync(session, claim, answer);
        return answer;
    }

    private static async Task<bool> InsertAsync(DbSession session, Claim claim, DateTimeOffset now)
    {
        try
        {
            return await ClaimStore.TryInsertAsync(session, claim, now, now + Retention, lease: null);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // Marks the wait for the key, as against a lock that the effect itself could not get.
            exception.Data[nameof(Claim)] = claim.Key;
            throw;
        }
    }

    private async Task<(bool Claimed, ClaimRow? Row)> TryClaimAsync(DbSession session, Claim claim)
    {
        var now = clock.GetUtcNow();
        return await ClaimStore.TryInsertAsync(session, claim, now, now + Retention, now + Lease)
            ? (true, null)
            : (false, await ClaimStore.FindAsync(session, claim));
    }

    private async Task<IResult> RunClaimedAsync(RequestContext context, Claim claim, Func<CancellationToken, Task<StoredResponse?>> effect, CancellationToken ct)
    {
        using var lease = new CancellationTokenSource(Lease - LeaseMargin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, lease.Token);
        StoredResponse? response = null;
        try
        {
            response = await effect(either.Token);
        }
        finally
        {
            if (response is null || response.Status >= StatusCodes.Status500InternalServerError)
            {
                await database.TransactionAsync(context, session => ClaimStore.ReleaseAsync(session, claim), CancellationToken.None);
            }
        }

        if (response is null)
        {
            return Problems.Of(Codes.ServiceUnavailable, "The outcome is not settled yet; repeat the request with the same key.", retryAfter: TimeSpan.FromSeconds(1));
        }

        var answer = StoredAnswer.From(response);
        if (answer.Status < StatusCodes.Status500InternalServerError)
        {
            await database.TransactionAsync(context, session => ClaimStore.TryCompleteAsync(session, claim, answer), CancellationToken.None);
        }

        return answer;
    }

    private static IResult? Settled(ClaimRow row, Claim claim) => row.RequestHash.AsSpan().SequenceEqual(claim.Hash)
        ? row.Answer
        : Problems.Of(Codes.IdempotencyKeyReused, "The key was used before with another request.");

    private static ProblemResult InProgress() =>
        Problems.Of(Codes.RequestInProgress, "The first request with this key is still being worked on.", retryAfter: TimeSpan.FromSeconds(1));

    /// <summary>Rolls the transaction back and carries the answer out of it.</summary>
    private sealed class NotKeptException(StoredAnswer answer) : Exception("The answer is not kept.")
    {
        public StoredAnswer Answer { get; } = answer;
    }
}
