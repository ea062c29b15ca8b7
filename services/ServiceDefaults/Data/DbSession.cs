using Dapper;
using Npgsql;

namespace ServiceDefaults;

/// <summary>One transaction. Columns in snake_case map to members in PascalCase; parameters are the members of an object.</summary>
public sealed class DbSession
{
    private readonly List<Action> _committed = [];

    internal DbSession(NpgsqlConnection connection, NpgsqlTransaction transaction, RequestContext context, CancellationToken cancellation)
    {
        Connection = connection;
        Transaction = transaction;
        Context = context;
        Cancellation = cancellation;
    }

    /// <summary>The open connection.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>The transaction; committed when the work returns, rolled back when it throws.</summary>
    public NpgsqlTransaction Transaction { get; }

    /// <summary>On whose behalf.</summary>
    public RequestContext Context { get; }

    /// <summary>Cancels the work; used by every query of the session.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>All rows.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? p = null) => (await Connection.QueryAsync<T>(Command(sql, p))).AsList();

    /// <summary>The row, or default when there is none; two rows are a fault.</summary>
    public Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? p = null) => Connection.QuerySingleOrDefaultAsync<T?>(Command(sql, p));

    /// <summary>The row; none or two are a fault.</summary>
    public Task<T> QuerySingleAsync<T>(string sql, object? p = null) => Connection.QuerySingleAsync<T>(Command(sql, p));

    /// <summary>The number of rows changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? p = null) => Connection.ExecuteAsync(Command(sql, p));

    /// <summary>Runs the action once the transaction is committed; it must neither wait nor throw.</summary>
    public void OnCommitted(Action action) => _committed.Add(action);

    internal void Committed()
    {
        foreach (var action in _committed)
        {
            action();
        }
    }

    private CommandDefinition Command(string sql, object? p) => new(sql, p, Transaction, cancellationToken: Cancellation);
}
