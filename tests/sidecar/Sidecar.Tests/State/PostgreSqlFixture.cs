namespace Sidecar.Tests.State;

/// <summary>One database for the PostgreSQL tests of a class.</summary>
public sealed class PostgreSqlFixture : IAsyncLifetime
{
    public PostgresDatabase Database { get; private set; } = null!;

    public async Task InitializeAsync() => Database = await PostgresDatabase.CreateAsync();

    public async Task DisposeAsync() => await Database.DisposeAsync();
}
