using Dapper;
using Npgsql;

namespace Users.Tests.Tenancy;

[Collection(UsersCollection.Name)]
public sealed class RowLevelSecurityTests(UsersFixture service)
{
    private static readonly string[] BusinessTables = ["users", "refresh_tokens"];

    [Fact]
    public async Task Tables_OfTheBusiness_ForceAPolicyAndCarryTheTenant()
    {
        var forced = await service.Database.QueryAsync<string>("""
            SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull
            WHERE c.relrowsecurity AND c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace
            """);

        forced.Should().BeEquivalentTo(BusinessTables);
    }

    [Fact]
    public async Task Rows_OfAnotherTenant_AreInvisibleToTheApplicationRole()
    {
        await service.UserAsync();

        foreach (var table in BusinessTables)
        {
            (await CountAsync(table, "default")).Should().BePositive(table);
            (await CountAsync(table, "third")).Should().Be(0, table);
            (await CountAsync(table, tenant: null)).Should().Be(0, table);
        }
    }

    [Theory]
    [InlineData("SELECT private_key FROM signing_keys")]
    [InlineData("SELECT * FROM login_failures")]
    public async Task ApplicationRole_KeysAndFailures_AreOutOfReach(string sql) => await FailsAsync(service.Database.Default, sql);

    [Theory]
    [InlineData("SELECT first_name FROM users")]
    [InlineData("SELECT address_street FROM users")]
    [InlineData("UPDATE users SET is_active = false")]
    [InlineData("SELECT user_id FROM refresh_tokens")]
    public async Task SystemRole_BeyondTheLogin_IsOutOfReach(string sql) => await FailsAsync(service.Database.System, sql);

    private async Task<long> CountAsync(string table, string? tenant)
    {
        await using var connection = new NpgsqlConnection(service.Database.Default);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (tenant is not null)
        {
            await connection.ExecuteAsync("SELECT set_config('app.current_tenant', @tenant, true)", new { tenant }, transaction);
        }

        return await connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM {table}", transaction: transaction);
    }

    private static async Task FailsAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        var attempt = () => connection.ExecuteAsync(sql);

        (await attempt.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InsufficientPrivilege);
    }
}
