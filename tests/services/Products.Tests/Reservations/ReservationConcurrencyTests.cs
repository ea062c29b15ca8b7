namespace Products.Tests.Reservations;

[Collection(ProductsCollection.Name)]
public sealed class ReservationConcurrencyTests(ProductsFixture service)
{
    [Fact]
    public async Task Reserve_TwentyBuyersOfTheLastOne_OneGetsIt()
    {
        var lastOne = await service.ProductIdAsync("LAST-ONE");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OutcomeAsync(service.ReserveAsync(Guid.NewGuid(), (lastOne, 1)))));

        outcomes.Count(outcome => outcome == "done").Should().Be(1);
        outcomes.Count(outcome => outcome == "rejected:out_of_stock").Should().Be(19);
        (await service.CountersAsync(lastOne)).Should().Be((0, 1, 0));
    }

    [Fact]
    public async Task Reserve_ManyOrdersOfTheSameProductsInAnyOrder_AllSucceedWithoutDeadlock()
    {
        var products = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => service.ProductAsync(stock: 40)));
        var before = await DeadlocksAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(n =>
            OutcomeAsync(service.ReserveAsync(Guid.NewGuid(), [.. Shuffled(products, n).Select(product => (product, 1))]))));

        outcomes.Should().OnlyContain(outcome => outcome == "done");
        foreach (var product in products)
        {
            (await service.CountersAsync(product)).Should().Be((0, 40, 0));
        }

        (await DeadlocksAsync()).Should().Be(before);
    }

    [Fact]
    public async Task ReserveAndRelease_OfOneOrderAtOnce_HoldNothingInTheEnd()
    {
        var product = await service.ProductAsync(stock: 100);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 25).Select(async n =>
        {
            var order = Guid.NewGuid();
            var reserve = n % 2 == 0 ? OutcomeAsync(service.ReserveAsync(order, (product, 3))) : null;
            var release = OutcomeAsync(service.ReleaseAsync(order));
            reserve ??= OutcomeAsync(service.ReserveAsync(order, (product, 3)));
            (await release).Should().Be("done");
            return await reserve;
        }));

        outcomes.Should().OnlyContain(outcome => outcome == "done" || outcome == "rejected:reservation_released");
        (await service.CountersAsync(product)).Should().Be((100, 0, 0));
        (await service.BrokenProductsAsync()).Should().BeEmpty();
    }

    private static Guid[] Shuffled(Guid[] products, int seed)
    {
        var copy = products.ToArray();
        new Random(seed).Shuffle(copy);
        return copy;
    }

    private Task<long> DeadlocksAsync() => service.Database.ScalarAsync<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");

    private static async Task<string> OutcomeAsync(Task<HttpResponseMessage> step) => await ProductsFixture.OutcomeAsync(await step);
}
