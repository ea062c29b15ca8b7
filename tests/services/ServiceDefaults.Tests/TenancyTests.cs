using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ServiceDefaults.Tests;

[Collection(ProbeCollection.Name)]
public sealed class TenancyTests(ProbeFixture probe)
{
    [Fact]
    public async Task Row_OfAnotherTenant_IsNotThere()
    {
        var id = await CreateAsync("shop-a");

        using var own = await ClientOf("shop-a").GetAsync($"/things/{id}");
        using var foreign = await ClientOf("shop-b").GetAsync($"/things/{id}");

        own.StatusCode.Should().Be(HttpStatusCode.OK);
        foreign.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Insert_ForAnotherTenant_IsRefusedByTheDatabase()
    {
        var database = probe.Services.GetRequiredService<IDatabase>();

        var insert = () => database.TransactionAsync(
            RequestContext.System("test", "shop-a"),
            session => session.ExecuteAsync("INSERT INTO things VALUES (gen_random_uuid(), 'shop-b', 'x', 1, now())"),
            CancellationToken.None);

        (await insert.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task Tenant_AfterTheTransaction_DoesNotStayOnTheConnection()
    {
        var database = probe.Services.GetRequiredService<IDatabase>();
        await database.TransactionAsync(RequestContext.System("test", "shop-a"), session => session.ExecuteAsync("SELECT 1"), CancellationToken.None);
        await using var source = NpgsqlDataSource.Create(probe.Database.Default);
        await using var command = source.CreateCommand("SELECT count(*) FROM things");

        var unscoped = () => command.ExecuteScalarAsync();

        await unscoped.Should().ThrowAsync<PostgresException>("without a tenant there is nothing to see");
    }

    [Fact]
    public async Task SystemTransaction_OfAJob_SeesAllTenants()
    {
        var ids = new[] { await CreateAsync("shop-a"), await CreateAsync("shop-b") };
        var database = probe.Services.GetRequiredService<IDatabase>();

        var seen = await database.SystemTransactionAsync("audit", session => session.QueryAsync<Guid>("SELECT id FROM things WHERE id = ANY(@ids)", new { ids }), CancellationToken.None);

        seen.Should().BeEquivalentTo(ids);
    }

    [Fact]
    public async Task Work_ThatThrows_IsRolledBackAndWakesNobody()
    {
        var database = probe.Services.GetRequiredService<IDatabase>();
        var id = Guid.NewGuid();
        var committed = false;

        var work = () => database.TransactionAsync(
            RequestContext.System("test"),
            async session =>
            {
                session.OnCommitted(() => committed = true);
                await session.ExecuteAsync("INSERT INTO things VALUES (@id, 'default', 'x', 1, now())", new { id });
                throw new InvalidOperationException("stop");
            },
            CancellationToken.None);

        await work.Should().ThrowAsync<InvalidOperationException>();
        committed.Should().BeFalse();
        (await probe.Database.ScalarAsync<long>("SELECT count(*) FROM things WHERE id = @id", new { id })).Should().Be(0);
    }

    [Fact]
    public async Task Work_LostToADeadlock_IsRepeated()
    {
        var database = probe.Services.GetRequiredService<IDatabase>();
        var ids = new[] { Guid.NewGuid(), Guid.NewGuid() };
        await probe.Database.ExecuteAsync("INSERT INTO things SELECT unnest(@ids), 'default', 'x', 0, now()", new { ids });
        var bothHoldOne = new Barrier(2);

        async Task<bool> Cross(Guid first, Guid second)
        {
            var waited = false;
            return await database.TransactionAsync(
                RequestContext.System("test"),
                async session =>
                {
                    await session.ExecuteAsync("UPDATE things SET price = price + 1 WHERE id = @first", new { first });
                    if (!waited)
                    {
                        waited = true;
                        await Task.Run(() => bothHoldOne.SignalAndWait(TimeSpan.FromSeconds(10)));
                    }

                    await session.ExecuteAsync("UPDATE things SET price = price + 1 WHERE id = @second", new { second });
                    return true;
                },
                CancellationToken.None);
        }

        await Task.WhenAll(Cross(ids[0], ids[1]), Cross(ids[1], ids[0]));

        (await probe.Database.QueryAsync<decimal>("SELECT price FROM things WHERE id = ANY(@ids)", new { ids })).Should().Equal(2, 2);
    }

    private async Task<Guid> CreateAsync(string tenant)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/things") { Content = JsonContent.Create(new { name = "a", price = 1 }) };
        request.Headers.Add("Idempotency-Key", "key");
        using var response = await ClientOf(tenant).SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private HttpClient ClientOf(string tenant)
    {
        var client = new HttpClient { BaseAddress = probe.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", probe.Tokens.Mint(Guid.NewGuid(), tenant: tenant));
        return client;
    }
}
