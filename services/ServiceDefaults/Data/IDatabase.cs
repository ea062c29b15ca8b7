namespace ServiceDefaults;

/// <summary>Runs work in a transaction of the service's database.</summary>
public interface IDatabase
{
    /// <summary>
    /// As the application role, seeing only the rows of the context's tenant. The work is repeated when PostgreSQL gives it up
    /// for a deadlock or a serialisation failure, so it does nothing outside the database.
    /// </summary>
    Task<T> TransactionAsync<T>(RequestContext context, Func<DbSession, Task<T>> work, CancellationToken ct);

    /// <summary>As the system role, across tenants; for jobs that need it. <paramref name="job"/> names the job in the audit and the logs.</summary>
    Task<T> SystemTransactionAsync<T>(string job, Func<DbSession, Task<T>> work, CancellationToken ct);
}
