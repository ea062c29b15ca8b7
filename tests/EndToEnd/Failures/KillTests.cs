using System.Net;
using EndToEnd.Books;
using EndToEnd.Shop;

namespace EndToEnd.Failures;

[Collection(PlatformCollection.Name)]
public sealed class KillTests(PlatformFixture platform)
{
    private const int Sagas = 50;

    [OwnPlatformFact]
    public async Task Kill_OrdersInTheMiddleOfFiftySagas_AllSettleAndBooksBalance()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var orders = await PlaceAsync(buyer, productOffset: 20);

        await platform.Engine.KillAppAsync("orders");

        await SettleAndBalanceAsync(buyer, orders);
    }

    [OwnPlatformFact]
    public async Task Kill_TheWholeEngineInTheMiddleOfFiftySagas_AllSettleAndBooksBalance()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var orders = await PlaceAsync(buyer, productOffset: 40);

        await platform.Engine.KillEverythingAsync();
        await platform.Engine.StartAsync();

        await SettleAndBalanceAsync(buyer, orders);
    }

    private static async Task<IReadOnlyList<Guid>> PlaceAsync(ShopClient buyer, int productOffset)
    {
        string[] cards = [await buyer.AddCardAsync(), await buyer.AddCardAsync(Cards.Declined), await buyer.AddCardAsync(Cards.TemporaryErrorTwice)];
        var products = (await buyer.GetAsync("/api/v1/products?pageSize=100&sort=name")).Json.GetProperty("items").EnumerateArray().Skip(productOffset).Take(10).Select(product => product.GetProperty("id").GetString()!).ToArray();
        var answers = await Task.WhenAll(Enumerable.Range(0, Sagas).Select(i => buyer.OrderAsync(products[i % products.Length], 1 + (i % 3), cards[i % cards.Length], waitSeconds: 0)));
        var placed = answers.Select(answer => Guid.Parse(answer.Expect(HttpStatusCode.Created).Text("id"))).ToArray();
        var running = (await buyer.GetAsync("/api/v1/orders?pageSize=100")).Json.GetProperty("items").EnumerateArray().Count(order => order.GetProperty("status").GetString() is "CREATED" or "RESERVED");
        running.Should().BePositive("the kill must hit running sagas");
        return placed;
    }

    private async Task SettleAndBalanceAsync(ShopClient buyer, IReadOnlyList<Guid> orders)
    {
        foreach (var order in orders)
        {
            await buyer.WaitForStatusAsync(order.ToString(), TimeSpan.FromSeconds(90), "PAID", "CANCELLED");
        }

        await new ShopBooks(platform.Postgres).BalanceAsync(orders);
    }
}
