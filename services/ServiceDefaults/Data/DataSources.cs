using Npgsql;

namespace ServiceDefaults;

/// <summary>The connection pools of a service. They open once the connection strings are known, before the service listens.</summary>
internal sealed class DataSources : IAsyncDisposable
{
    private NpgsqlDataSource? _app;
    private NpgsqlDataSource? _owner;
    private NpgsqlDataSource? _system;

    public bool IsOpen => _app is not null;

    /// <summary>The application role: row-level security binds it.</summary>
    public NpgsqlDataSource App => _app ?? throw NotOpen();

    /// <summary>The role that owns the schema, for migrations only.</summary>
    public NpgsqlDataSource Owner => _owner ?? throw NotOpen();

    /// <summary>The role for work across tenants.</summary>
    public NpgsqlDataSource System => _system ?? throw NotOpen();

    public void Open(ConnectionStrings strings, string service)
    {
        _app = Create(strings.Default, service, maxPoolSize: null);
        _owner = Create(strings.Owner, service + "-migrations", maxPoolSize: 2);
        _system = Create(strings.System, service + "-system", maxPoolSize: 5);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in new[] { _app, _owner, _system })
        {
            if (source is not null)
            {
                await source.DisposeAsync();
            }
        }
    }

    private static NpgsqlDataSource Create(string connectionString, string name, int? maxPoolSize)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = name };
        if (maxPoolSize is { } size)
        {
            settings.MaxPoolSize = size;
            settings.MinPoolSize = 0;
        }

        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }.Build();
    }

    private static InvalidOperationException NotOpen() => new("The database is used before the service has started (RunServiceAsync opens it).");
}
