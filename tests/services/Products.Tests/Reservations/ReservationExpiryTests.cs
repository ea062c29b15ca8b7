using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Products.Reservations;
using ServiceDefaults;

namespace Products.Tests.Reservations;

[Collection(ProductsCollection.Name)]
public sealed class ReservationExpiryTests(ProductsFixture service)
{
    [Fact]
    public async Task Confirm_AfterTheTimeIsOver_IsRejectedAndTheUnitsAreBack()
    {
        var product = await service.ProductAsync(stock: 4);
        var order = await ReserveDueAsync(product, 4);

        (await ProductsFixture.OutcomeAsync(await service.ConfirmAsync(order))).Should().Be("rejected:reservation_expired");

        (await service.CountersAsync(product)).Should().Be((4, 0, 0));
        (await service.BrokenProductsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Sweep_DueReservation_GivesTheUnitsBackAndAConfirmIsRejected()
    {
        var product = await service.ProductAsync(stock: 4);
        var due = await ReserveDueAsync(product, 3);
        var other = Guid.NewGuid();
        await service.ReserveAsync(other, (product, 1));

        (await Sweep().RunAsync(1_000, CancellationToken.None)).Should().BeGreaterThanOrEqualTo(1);

        (await service.CountersAsync(product)).Should().Be((3, 1, 0));
        (await ProductsFixture.OutcomeAsync(await service.ConfirmAsync(due))).Should().Be("rejected:reservation_expired");
        (await ProductsFixture.OutcomeAsync(await service.ReleaseAsync(due))).Should().Be("done");
        (await service.CountersAsync(product)).Should().Be((3, 1, 0));
    }

    [Fact]
    public async Task Sweep_ConfirmedReservation_IsLeftAlone()
    {
        var product = await service.ProductAsync(stock: 4);
        var order = Guid.NewGuid();
        await service.ReserveAsync(order, (product, 2));
        await service.ConfirmAsync(order);
        await MakeDueAsync(order);

        await Sweep().RunAsync(1_000, CancellationToken.None);

        (await service.CountersAsync(product)).Should().Be((2, 0, 2));
    }

    [Fact]
    public async Task Sweep_TwoAtOnce_GiveTheUnitsBackOnce()
    {
        var product = await service.ProductAsync(stock: 9);
        await ReserveDueAsync(product, 9);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Sweep().RunAsync(1_000, CancellationToken.None)));

        (await service.CountersAsync(product)).Should().Be((9, 0, 0));
        (await service.BrokenProductsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Sweep_ReservationThatDoesNotAddUp_DoesNotStopTheOthers()
    {
        var broken = await service.ProductAsync(stock: 2);
        var product = await service.ProductAsync(stock: 2);
        await ReserveDueAsync(broken, 2);
        await ReserveDueAsync(product, 2);
        await service.Database.ExecuteAsync("UPDATE stock SET reserved = 0 WHERE product_id = @broken", new { broken });

        await Sweep().RunAsync(1_000, CancellationToken.None);

        (await service.CountersAsync(product)).Should().Be((2, 0, 0));
        (await service.CountersAsync(broken)).Should().Be((0, 0, 0));
        await service.Database.ExecuteAsync("UPDATE stock SET reserved = 2 WHERE product_id = @broken", new { broken });
        (await Sweep().RunAsync(1_000, CancellationToken.None)).Should().Be(1);
    }

    [Fact]
    public async Task SweepJob_Running_ExpiresWhatIsDueInEveryTenant()
    {
        var product = await service.ProductAsync(stock: 2);
        await ReserveDueAsync(product, 2);
        using var job = new ReservationSweepJob(
            Sweep(), Options.Create(new ReservationOptions { SweepIntervalSeconds = 1 }), TimeProvider.System, NullLogger<ReservationSweepJob>.Instance);

        await job.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(async () => await service.CountersAsync(product) == (2, 0, 0), "the reservation expires");
        await job.StopAsync(CancellationToken.None);

        job.ExecuteTask!.Status.Should().Be(TaskStatus.RanToCompletion, "stopping is no failure");
    }

    [Fact]
    public async Task SweepJob_AfterAnyFault_GoesOn()
    {
        var product = await service.ProductAsync(stock: 2);
        await ReserveDueAsync(product, 2);
        var database = new FaultyOnce(service.Services.GetRequiredService<IDatabase>());
        var sweep = new ReservationSweep(database, service.Services.GetRequiredService<ReservationSteps>(), TimeProvider.System, NullLogger<ReservationSweep>.Instance);
        using var job = new ReservationSweepJob(
            sweep, Options.Create(new ReservationOptions { SweepIntervalSeconds = 1 }), TimeProvider.System, NullLogger<ReservationSweepJob>.Instance);

        await job.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(async () => await service.CountersAsync(product) == (2, 0, 0), "the reservation expires");
        await job.StopAsync(CancellationToken.None);

        database.Failed.Should().BeTrue();
    }

    private sealed class FaultyOnce(IDatabase database) : IDatabase
    {
        public bool Failed { get; private set; }

        public Task<T> TransactionAsync<T>(RequestContext context, Func<DbSession, Task<T>> work, CancellationToken ct) => database.TransactionAsync(context, work, ct);

        public Task<T> SystemTransactionAsync<T>(string job, Func<DbSession, Task<T>> work, CancellationToken ct)
        {
            if (!Failed)
            {
                Failed = true;
                throw new InvalidOperationException("neither the database nor a time-out");
            }

            return database.SystemTransactionAsync(job, work, ct);
        }
    }

    private ReservationSweep Sweep() => service.Services.GetRequiredService<ReservationSweep>();

    private async Task<Guid> ReserveDueAsync(Guid product, int quantity)
    {
        var order = Guid.NewGuid();
        (await ProductsFixture.OutcomeAsync(await service.ReserveAsync(order, (product, quantity)))).Should().Be("done");
        await MakeDueAsync(order);
        return order;
    }

    private Task<int> MakeDueAsync(Guid order) =>
        service.Database.ExecuteAsync("UPDATE reservations SET expires_at = now() - interval '1 second' WHERE order_id = @order", new { order });
}
