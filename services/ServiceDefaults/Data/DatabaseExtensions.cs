namespace ServiceDefaults;

/// <summary>Transactions without a result.</summary>
public static class DatabaseExtensions
{
    /// <summary>See <see cref="IDatabase.TransactionAsync{T}"/>.</summary>
    public static Task TransactionAsync(this IDatabase database, RequestContext context, Func<DbSession, Task> work, CancellationToken ct) =>
        database.TransactionAsync(context, session => WithoutResult(work, session), ct);

    /// <summary>See <see cref="IDatabase.SystemTransactionAsync{T}"/>.</summary>
    public static Task SystemTransactionAsync(this IDatabase database, string job, Func<DbSession, Task> work, CancellationToken ct) =>
        database.SystemTransactionAsync(job, session => WithoutResult(work, session), ct);

    private static async Task<bool> WithoutResult(Func<DbSession, Task> work, DbSession session)
    {
        await work(session);
        return true;
    }
}
