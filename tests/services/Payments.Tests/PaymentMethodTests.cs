using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Payments.Tests;

public class PaymentMethodTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    [Fact]
    public async Task Add_ValidCard_AnswersBrandAndLastFourAndListsItForItsOwnerOnly()
    {
        var user = Guid.NewGuid();

        using var answer = await fixture.ClientFor(user).PostAsJsonAsync("/api/v1/payment-methods", PaymentsFixture.Card("5555555555554444"));

        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        var method = await answer.Content.ReadFromJsonAsync<JsonElement>();
        method.EnumerateObject().Select(member => member.Name).Should().BeEquivalentTo("id", "type", "brand", "last4", "expMonth", "expYear");
        method.GetProperty("brand").GetString().Should().Be("mastercard");
        method.GetProperty("last4").GetString().Should().Be("4444");
        var path = $"/api/v1/payment-methods/{method.GetProperty("id").GetString()}";
        (await fixture.ClientFor(user).GetFromJsonAsync<JsonElement>("/api/v1/payment-methods")).GetProperty("total").GetInt32().Should().Be(1);
        (await fixture.ClientFor(Guid.NewGuid()).GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await fixture.ClientFor(Guid.NewGuid()).DeleteAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await fixture.ClientFor(user).DeleteAsync(path)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await fixture.ClientFor(user).GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("4242424242424241", 12, 2040, "123", "number")]
    [InlineData("42424242424242", 12, 2040, "123", "number")]
    [InlineData("4242 4242 4242 4242", 12, 2040, "123", "number")]
    [InlineData("4242424242424242", 13, 2040, "123", "expMonth")]
    [InlineData("4242424242424242", 1, 2020, "123", "expYear")]
    [InlineData("4242424242424242", 12, 2200, "123", "expYear")]
    [InlineData("4242424242424242", 12, 2040, "12a", "cvc")]
    [InlineData("378282246310005", 12, 2040, "123", "cvc")]
    public async Task Add_InvalidCard_IsRefusedAndNamesTheField(string number, int expMonth, int expYear, string cvc, string field)
    {
        using var answer = await fixture.ClientFor(Guid.NewGuid()).PostAsJsonAsync("/api/v1/payment-methods", new { type = "card", number, expMonth, expYear, cvc, holder = "B" });

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be("validation_failed");
        problem.GetProperty("errors").EnumerateObject().Select(member => member.Name).Should().Equal(field);
        problem.GetRawText().Should().NotContain(number);
    }

    [Fact]
    public async Task Add_EverythingWrong_NamesAllFieldsAtOnce()
    {
        using var answer = await fixture.ClientFor(Guid.NewGuid()).PostAsJsonAsync("/api/v1/payment-methods", new { type = "cash" });

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("errors").EnumerateObject().Select(member => member.Name).Should().BeEquivalentTo("type", "number", "expMonth", "expYear", "cvc", "holder");
    }

    [Fact]
    public async Task Add_WithoutToken_IsUnauthenticated() =>
        (await fixture.Client.PostAsJsonAsync("/api/v1/payment-methods", PaymentsFixture.Card())).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task CardNumberAndCode_AfterAddAndCharge_AreInNoTableNoLogNoEventAndNoCallButTheTokeniser()
    {
        const string number = "4111111111111111";
        const string cvc = "907";
        var user = Guid.NewGuid();
        using var added = await fixture.ClientFor(user).PostAsJsonAsync("/api/v1/payment-methods", PaymentsFixture.Card(number, cvc));
        var card = (await added.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        var order = Guid.NewGuid();
        (await fixture.StepAsync(order, "process", PaymentsFixture.Process(user, card))).Status.Should().Be(200);
        await Eventually.TrueAsync(() => fixture.Sidecar.Published.Any(message => message.Data.GetProperty("orderId").GetGuid() == order), "the event is published");

        var tables = await fixture.Database.QueryAsync<string>("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'");
        tables.Should().Contain(["payment_methods", "outbox"]);
        foreach (var table in tables)
        {
            (await fixture.Database.ScalarAsync<string?>($"SELECT string_agg(t::text, ' ') FROM {table} t") ?? "").Should().NotContain(number).And.NotContain($"\"{cvc}\"");
        }

        fixture.Logs.Lines.Should().NotBeEmpty();
        string.Join('\n', fixture.Logs.Lines).Should().NotContain(number);
        string.Join('\n', fixture.Sidecar.Published.Select(message => message.Envelope.GetRawText())).Should().NotContain(number);
        fixture.Sidecar.Invocations.Where(call => call.Body.Contains(number, StringComparison.Ordinal)).Should().ContainSingle().Which.Path.Should().Be("/v1/tokens");
        fixture.Sidecar.Invocations.Where(call => call.Body.Contains($"\"{cvc}\"", StringComparison.Ordinal)).Should().BeEmpty("the code goes nowhere");
    }
}
