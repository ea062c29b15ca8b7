using System.Net;
using System.Text.Json;
using Workflows.Ledger;

namespace Orders.Tests;

public class PlacingTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly Guid _user = Guid.NewGuid();

    [Fact]
    public async Task Post_Order_IsCreatedWithTheCataloguesPricesAndStartsItsSaga()
    {
        var product = Guid.NewGuid();

        using var answer = await fixture.PostAsync(_user, new
        {
            items = new[] { new { productId = product, quantity = 2 }, new { productId = product, quantity = 1 } },
            paymentMethodId = Guid.NewGuid(),
        });

        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        var order = await OrdersFixture.JsonAsync(answer);
        var id = order.GetProperty("id").GetGuid();
        answer.Headers.Location!.ToString().Should().Be($"/api/v1/orders/{id}");
        order.GetProperty("status").GetString().Should().Be("CREATED");
        order.GetProperty("total").GetRawText().Should().Be("30.75");
        order.GetProperty("items").GetRawText().Should().Be($$"""[{"productId":"{{product}}","quantity":3,"unitPrice":10.25,"lineTotal":30.75}]""");
        order.GetProperty("shippingAddress").GetProperty("city").GetString().Should().Be("Leeds");
        order.TryGetProperty("cancelling", out _).Should().BeFalse();
        await Eventually.TrueAsync(() => fixture.Workflows.Of(id).Contains("OrderSaga"), "the saga is started");
        await Eventually.TrueAsync(() => fixture.Sidecar.Published.Any(message => message.Type == "order.created" && message.Subject == id.ToString()), "the event is published");
        fixture.Sidecar.Published.Select(message => message.Envelope.GetRawText()).Should().NotContain(text => text.Contains("Long Road", StringComparison.Ordinal), "no personal data in events");
        fixture.Workflows.Messages.Single(message => message.AggregateId == id.ToString()).Data.GetRawText().Should().NotContain("Long Road");
    }

    public static TheoryData<string, string> InvalidBodies() => new()
    {
        { """{"items":[],"paymentMethodId":"018f0000-0000-7000-8000-000000000001"}""", "items" },
        { """{"paymentMethodId":"018f0000-0000-7000-8000-000000000001"}""", "items" },
        { """{"items":[null],"paymentMethodId":"018f0000-0000-7000-8000-000000000001"}""", "items[0].productId" },
        { """{"items":[{"productId":"018f0000-0000-7000-8000-000000000002","quantity":0}],"paymentMethodId":"018f0000-0000-7000-8000-000000000001"}""", "items[0].quantity" },
        { """{"items":[{"productId":"018f0000-0000-7000-8000-000000000002","quantity":-1}],"paymentMethodId":"018f0000-0000-7000-8000-000000000001"}""", "items[0].quantity" },
        { """{"items":[{"productId":"018f0000-0000-7000-8000-000000000002","quantity":1001}],"paymentMethodId":"018f0000-0000-7000-8000-000000000001"}""", "items[0].quantity" },
        { """{"items":[{"productId":"018f0000-0000-7000-8000-000000000002","quantity":1000},{"productId":"018f0000-0000-7000-8000-000000000002","quantity":1}],"paymentMethodId":"018f0000-0000-7000-8000-000000000001"}""", "items[1].quantity" },
        { """{"items":[{"productId":"018f0000-0000-7000-8000-000000000002","quantity":1}]}""", "paymentMethodId" },
        { """{"items":[{"productId":"dead0000-0000-7000-8000-000000000000","quantity":1}],"paymentMethodId":"018f0000-0000-7000-8000-000000000001"}""", "items[0].productId" },
        { """{"items":[{"productId":"018f0000-0000-7000-8000-000000000002","quantity":1}],"paymentMethodId":"dead0000-0000-7000-8000-000000000001"}""", "paymentMethodId" },
        { """{"items":[{"productId":"018f0000-0000-7000-8000-000000000002","quantity":1}],"paymentMethodId":"018f0000-0000-7000-8000-000000000001","shippingAddress":{"street":"","city":"b","state":"c","zipCode":"d","country":"e"}}""", "shippingAddress.street" },
        { """{"items":[{"productId":"018f0000-0000-7000-8000-000000000002","quantity":1}],"paymentMethodId":"018f0000-0000-7000-8000-000000000001","shippingAddress":{"street":"a\u0000b","city":"b","state":"c","zipCode":"d","country":"e"}}""", "shippingAddress.street" },
        { """{"items":[{"productId":"dead0000-0000-7000-8000-000000000003","quantity":1}],"paymentMethodId":"018f0000-0000-7000-8000-000000000001"}""", "items" },
        { """{"items":[{"productId":"dead0000-0000-7000-8000-000000000004","quantity":1000}],"paymentMethodId":"018f0000-0000-7000-8000-000000000001"}""", "items" },
    };

    [Theory]
    [MemberData(nameof(InvalidBodies))]
    public async Task Post_InvalidOrder_IsRefusedNamingTheFieldAndStoresNothing(string body, string field)
    {
        using var answer = await fixture.PostAsync(_user, JsonElement.Parse(body));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = await OrdersFixture.JsonAsync(answer);
        problem.GetProperty("code").GetString().Should().Be("validation_failed");
        problem.GetProperty("errors").EnumerateObject().Select(member => member.Name).Should().Equal(field);
        (await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM orders WHERE user_id = @user", new { user = _user })).Should().Be(0);
    }

    [Fact]
    public async Task Post_WithoutKey_IsRefused()
    {
        using var answer = await fixture.ClientFor(_user).PostAsync("/api/v1/orders", System.Net.Http.Json.JsonContent.Create(OrdersFixture.Body()));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await OrdersFixture.JsonAsync(answer)).GetProperty("code").GetString().Should().Be("idempotency_key_required");
    }

    [Fact]
    public async Task Post_TenAtOnceWithOneKey_MakesOneOrderAndEqualAnswers()
    {
        var key = Guid.NewGuid().ToString();
        var body = OrdersFixture.Body();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            using var answer = await fixture.PostAsync(_user, body, key);
            return (answer.StatusCode, Body: await answer.Content.ReadAsStringAsync());
        }));

        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.Created);
        answers.Select(answer => answer.Body).Distinct().Should().ContainSingle();
        (await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM orders WHERE user_id = @user", new { user = _user })).Should().Be(1);
    }

    [Fact]
    public async Task Post_SameKeyOtherBody_Is422()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await fixture.PostAsync(_user, OrdersFixture.Body(), key);

        using var second = await fixture.PostAsync(_user, OrdersFixture.Body(), key, "wait=5");

        second.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await OrdersFixture.JsonAsync(second)).GetProperty("code").GetString().Should().Be("idempotency_key_reused");
    }

    [Fact]
    public async Task Post_AfterTheKeysRecordWasLost_AnswersTheSameOrder()
    {
        var key = Guid.NewGuid().ToString();
        var body = OrdersFixture.Body();
        using var first = await fixture.PostAsync(_user, body, key);
        await fixture.Database.ExecuteAsync("DELETE FROM idempotency_keys WHERE key = @key", new { key });

        using var second = await fixture.PostAsync(_user, body, key);

        (await second.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Post_PreferWait_AnswersTheOutcomeAsSoonAsItIsThere()
    {
        var key = Guid.NewGuid().ToString();
        var waiting = fixture.PostAsync(_user, OrdersFixture.Body(), key, "wait=20");
        var id = (await Eventually.ResultAsync<object>(
            async () => (await fixture.Database.QueryAsync<Guid>("SELECT id FROM orders WHERE idempotency_key = @key", new { key })).Cast<object>().FirstOrDefault(), "the order is there")) is Guid found ? found : default;
        await fixture.Ledger.MarkReservedAsync(new StepRun("default", id, StepKind.Step, "MarkReserved", 1));
        waiting.IsCompleted.Should().BeFalse();
        await fixture.Ledger.MarkPaidAsync(new StepRun("default", id, StepKind.Step, "MarkPaid", 1), Guid.NewGuid());

        using var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);

        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        answer.Headers.GetValues("Preference-Applied").Should().Equal("wait=20");
        (await OrdersFixture.JsonAsync(answer)).GetProperty("status").GetString().Should().Be("PAID");
    }

    [Fact]
    public async Task Post_PreferWaitWithoutOutcome_AnswersTheStatusOfThen()
    {
        using var answer = await fixture.PostAsync(_user, OrdersFixture.Body(), prefer: "respond-async, wait=1");

        answer.Headers.GetValues("Preference-Applied").Should().Equal("wait=1");
        (await OrdersFixture.JsonAsync(answer)).GetProperty("status").GetString().Should().Be("CREATED");
    }
}
