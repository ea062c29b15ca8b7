using System.Net.Http.Json;
using Dapper;
using Npgsql;

namespace Products.Tests.Tenancy;

[Collection(ProductsCollection.Name)]
public sealed class RowLevelSecurityTests(ProductsFixture service)
{
    private static readonly string[] BusinessTables = ["products", "stock", "stock_ledger", "reservations", "reservation_lines"];

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
        var product = await service.ProductAsync(stock: 5);
        await service.ReserveAsync(Guid.NewGuid(), (product, 1));

        foreach (var table in BusinessTables)
        {
            (await CountAsync(table, "default")).Should().BePositive(table);
            (await CountAsync(table, "other")).Should().Be(0, table);
            (await CountAsync(table, tenant: null)).Should().Be(0, table);
        }
    }

    [Fact]
    public async Task Rows_OfAnotherTenant_CannotBeWritten()
    {
        var product = await service.ProductAsync(stock: 5);

        (await AsApplicationAsync("other", "UPDATE stock SET available = 0 WHERE product_id = @product", new { product })).Should().Be(0);
        await FailsAsync(AsApplicationAsync("other", "INSERT INTO reservations (tenant_id, order_id, status, created_at, updated_at) VALUES ('default', gen_random_uuid(), 'released', now(), now())"));
        (await service.CountersAsync(product)).Should().Be((5, 0, 0));
    }

    [Fact]
    public async Task Ledger_WrittenOnce_CannotBeChangedOrDeleted()
    {
        await FailsAsync(AsApplicationAsync("default", "UPDATE stock_ledger SET available_delta = 0"));
        await FailsAsync(AsApplicationAsync("default", "DELETE FROM stock_ledger"));
    }

    [Fact]
    public async Task SystemRole_SeesReservationsOnly()
    {
        await using var connection = new NpgsqlConnection(service.Database.System);

        (await connection.QueryAsync("SELECT tenant_id, order_id, status, expires_at FROM reservations LIMIT 1")).Should().NotBeNull();
        await FailsAsync(connection.QueryAsync("SELECT * FROM products"));
        await FailsAsync(connection.ExecuteAsync("UPDATE reservations SET status = 'released'"));
    }

    [Fact]
    public async Task Steps_OfAnotherTenant_DoNotReachTheProduct()
    {
        var product = await service.ProductAsync(stock: 5);
        var order = Guid.NewGuid();
        await service.ReserveAsync(order, (product, 1));

        var reserve = await service.StepAsync(Guid.NewGuid(), "", ProductsFixture.Items((product, 1)), tenant: "other");
        var confirm = await service.StepAsync(order, ":confirm", tenant: "other");
        using var other = service.InternalClient(tenant: "other");
        var prices = await other.PostAsJsonAsync("/internal/v1/products:prices", new { ids = new[] { product } });

        (await ProductsFixture.OutcomeAsync(reserve)).Should().Be("rejected:product_unavailable");
        (await ProductsFixture.OutcomeAsync(confirm)).Should().Be("rejected:reservation_not_found");
        (await ProductsFixture.JsonAsync(prices)).GetProperty("items").GetArrayLength().Should().Be(0);
        (await service.CountersAsync(product)).Should().Be((4, 1, 0));
    }

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

    private async Task<int> AsApplicationAsync(string tenant, string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(service.Database.Default);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SELECT set_config('app.current_tenant', @tenant, true)", new { tenant }, transaction);
        return await connection.ExecuteAsync(sql, parameters, transaction);
    }

    private static async Task FailsAsync(Task attempt) =>
        (await attempt.Awaiting(task => task).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InsufficientPrivilege);
}
