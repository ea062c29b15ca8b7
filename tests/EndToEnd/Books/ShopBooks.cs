using Npgsql;

namespace EndToEnd.Books;

/// <summary>The invariants of the platform, read from the services' databases by SQL.</summary>
internal sealed class ShopBooks(Uri postgres)
{
    private const string UnbalancedStock = """
        SELECT s.product_id FROM stock s
        WHERE s.available + s.reserved + s.sold <> (SELECT coalesce(sum(l.available_delta), 0) FROM stock_ledger l WHERE l.product_id = s.product_id AND l.kind IN ('initial', 'adjustment'))
           OR s.available < 0 OR s.reserved < 0 OR s.sold < 0
           OR s.available <> (SELECT coalesce(sum(l.available_delta), 0) FROM stock_ledger l WHERE l.product_id = s.product_id)
        """;

    /// <summary>Fails unless stock and money of the given settled orders (and the stock of everything) add up.</summary>
    public async Task BalanceAsync(IReadOnlyList<Guid> orders)
    {
        (await RowsAsync("products", UnbalancedStock)).Should().BeEmpty("available + reserved + sold equals the ledger, and none is negative");

        var statuses = (await RowsAsync("orders", "SELECT id::text, status, total::text FROM orders WHERE id = ANY($1)", orders.ToArray())).ToDictionary(row => Guid.Parse(row[0]), row => (Status: row[1], Total: decimal.Parse(row[2])));
        statuses.Keys.Should().BeEquivalentTo(orders);
        statuses.Values.Should().OnlyContain(order => order.Status == "PAID" || order.Status == "CANCELLED");

        var charges = (await RowsAsync("payments", NetChargePerOrder, orders.ToArray())).ToDictionary(row => Guid.Parse(row[0]), row => (Net: decimal.Parse(row[1]), Captures: int.Parse(row[2])));
        var held = (await RowsAsync("products", "SELECT order_id::text, status FROM reservations WHERE order_id = ANY($1)", orders.ToArray())).ToDictionary(row => Guid.Parse(row[0]), row => row[1]);
        foreach (var (id, order) in statuses)
        {
            var charge = charges.GetValueOrDefault(id);
            if (order.Status == "PAID")
            {
                charge.Should().Be((order.Total, 1), "order {0} is PAID: one captured charge of its total", id);
                held[id].Should().Be("confirmed", "order {0} is PAID", id);
            }
            else
            {
                charge.Net.Should().Be(0, "order {0} is CANCELLED: net charge zero", id);
                held.GetValueOrDefault(id, "released").Should().BeOneOf(["released", "expired"], "order {0} is CANCELLED: it holds no stock", id);
            }
        }
    }

    private const string NetChargePerOrder = """
        SELECT p.order_id::text,
               sum(CASE WHEN t.kind = 'capture' AND t.status = 'succeeded' THEN t.amount WHEN t.kind = 'refund' AND t.status = 'succeeded' THEN -t.amount ELSE 0 END)::text,
               count(*) FILTER (WHERE t.kind = 'capture' AND t.status = 'succeeded')::text
        FROM payments p JOIN payment_transactions t ON t.payment_id = p.id
        WHERE p.order_id = ANY($1) GROUP BY p.order_id
        """;

    private async Task<IReadOnlyList<string[]>> RowsAsync(string database, string sql, Guid[]? ids = null)
    {
        var user = postgres.UserInfo.Split(':', 2);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder { Host = postgres.Host, Port = postgres.Port, Username = user[0], Password = Uri.UnescapeDataString(user[1]), Database = database, Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        if (ids is not null)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = ids });
        }

        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i).ToString() ?? "")]);
        }

        return rows;
    }
}
