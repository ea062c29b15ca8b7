using Microsoft.Extensions.Options;
using Products.Catalogue;
using ServiceDefaults;

namespace Products.Demo;

/// <summary>Writes the demonstration products where they are missing; what exists, changed or deleted, is left alone.</summary>
internal sealed class DemoSeed(IDatabase database, ProductWriter products, IOptions<DemoOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Seed)
        {
            await database.TransactionAsync(RequestContext.System("demo-seed"), SeedAsync, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task SeedAsync(DbSession session)
    {
        // One instance at a time: two that start together must not both insert.
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtext('demo-seed'))");
        foreach (var (id, product) in DemoCatalogue.Products())
        {
            await products.TryInsertAsync(session, id, product);
        }
    }
}
