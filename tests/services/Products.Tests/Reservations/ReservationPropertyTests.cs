using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Products.Reservations;

namespace Products.Tests.Reservations;

/// <summary>Random histories of steps, many at once, on a real database: the counters add up after each of them.</summary>
[Collection(ProductsCollection.Name)]
public sealed class ReservationPropertyTests(ProductsFixture service)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Steps_RandomHistoryInParallel_KeepTheInvariants(int seed)
    {
        var products = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => service.ProductAsync(stock: 5 + n)));
        var orders = Enumerable.Range(0, 8).Select(_ => Guid.NewGuid()).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => RunAsync(new Random((seed * 100) + worker), products, orders, steps: 25)));

        (await service.BrokenProductsAsync()).Should().BeEmpty();
        foreach (var product in products)
        {
            var (available, reserved, sold) = await service.CountersAsync(product);
            new[] { available, reserved, sold }.Should().OnlyContain(counter => counter >= 0);
        }
    }

    private async Task RunAsync(Random random, Guid[] products, Guid[] orders, int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var order = orders[random.Next(orders.Length)];
            var key = $"{order}:{random.Next(1_000_000)}";
            var answer = random.Next(6) switch
            {
                0 or 1 => await service.StepAsync(order, "", ProductsFixture.Items([.. products.Where(_ => random.Next(2) == 0).Append(products[0]).Select(product => (product, random.Next(1, 3)))]), key),
                2 => await service.StepAsync(order, ":confirm", key: key),
                3 => await service.StepAsync(order, ":release", key: key),
                4 => await AdjustAsync(products[random.Next(products.Length)], random.Next(2) == 0 ? 1 : -1),
                _ => await ExpireAsync(order),
            };
            ((int?)answer?.StatusCode ?? 200).Should().BeOneOf(200, 409);
        }
    }

    private async Task<HttpResponseMessage> AdjustAsync(Guid product, int delta)
    {
        using var client = service.Operator();
        return await client.PostAsJsonAsync($"/api/v1/products/{product}/stock", new { delta, reason = "test" });
    }

    private async Task<HttpResponseMessage?> ExpireAsync(Guid order)
    {
        await service.Database.ExecuteAsync("UPDATE reservations SET expires_at = now() - interval '1 second' WHERE order_id = @order AND expires_at IS NOT NULL", new { order });
        await service.Services.GetRequiredService<ReservationSweep>().RunAsync(10, CancellationToken.None);
        return null;
    }
}
