using System.Net;
using EndToEnd.Shop;

namespace EndToEnd.Telemetry;

[Collection(PlatformCollection.Name)]
public sealed class LogScanTests(PlatformFixture platform)
{
    [EmbeddedFact]
    public async Task Logs_AfterRegisterLoginCardAndOrders_HoldNoSecretAndNothingPersonal()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(12);
        foreach (var card in (string[])[Cards.Approved, Cards.Declined])
        {
            (await buyer.OrderAsync(product.GetProperty("id").GetString()!, 1, await buyer.AddCardAsync(card))).Expect(HttpStatusCode.Created);
        }

        await buyer.PostAsync("/api/v1/auth/login", new { email = "nobody@example.test", password = "wrong-Passw0rd!" });
        await buyer.PostAsync("/api/v1/payment-methods", new { type = "card", number = "4242424242424241", expMonth = 12, expYear = 2040, cvc = "987", holder = "Bea Buyer" });

        string[] secrets =
        [
            Cards.Approved, Cards.Declined, "4242424242424241", ShopClient.DemoPassword, "wrong-Passw0rd!", "@example.test", "Bea Buyer", "1 Main Street", buyer.Token,
            .. platform.Environment.Where(pair => pair.Key.Contains("PASSWORD", StringComparison.Ordinal) || pair.Key.EndsWith("TOKEN", StringComparison.Ordinal)).Select(pair => pair.Value),
        ];
        foreach (var file in Directory.EnumerateFiles(Path.Combine(platform.RunFolder, "logs"), "*.log"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            var text = await reader.ReadToEndAsync();
            secrets.Where(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase)).Should().BeEmpty("{0} must not hold it", Path.GetFileName(file));
        }
    }
}
