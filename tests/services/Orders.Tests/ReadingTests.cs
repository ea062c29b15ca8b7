using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Orders.Tests;

public class ReadingTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly Guid _user = Guid.NewGuid();

    [Theory]
    [InlineData("")]
    [InlineData("/status")]
    [InlineData("/saga")]
    public async Task Get_SomebodyElsesOrder_IsNotFoundButOperatorsSeeIt(string part)
    {
        var order = await fixture.OrderAsync(_user);

        (await fixture.ClientFor(Guid.NewGuid()).GetAsync($"/api/v1/orders/{order}{part}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await fixture.ClientFor(Guid.NewGuid(), "operator").GetAsync($"/api/v1/orders/{order}{part}")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await fixture.ClientFor(_user).GetAsync($"/api/v1/orders/{order}{part}")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await fixture.Client.GetAsync($"/api/v1/orders/{order}{part}")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Get_IdThatIsNoUuid_IsInvalid() =>
        (await fixture.ClientFor(_user).GetAsync("/api/v1/orders/seven")).StatusCode.Should().Be(HttpStatusCode.BadRequest);

    [Fact]
    public async Task List_OwnOrders_ComeNewestFirstInPages()
    {
        var first = await fixture.OrderAsync(_user);
        var second = await fixture.OrderAsync(_user);
        await fixture.OrderAsync(Guid.NewGuid());

        var page = await fixture.ClientFor(_user).GetFromJsonAsync<JsonElement>("/api/v1/orders?page=1&pageSize=1");
        page.GetProperty("total").GetInt32().Should().Be(2);
        page.GetProperty("items").EnumerateArray().Single().GetProperty("id").GetGuid().Should().Be(second);
        var all = await fixture.ClientFor(_user).GetFromJsonAsync<JsonElement>($"/api/v1/users/{_user}/orders");
        all.GetProperty("items").EnumerateArray().Select(order => order.GetProperty("id").GetGuid()).Should().Equal(second, first);
        all.GetProperty("items")[0].GetProperty("items").GetArrayLength().Should().Be(1);
    }

    [Theory]
    [InlineData("status=CREATED", 200)]
    [InlineData("status=PAID", 200)]
    [InlineData("status=paid", 400)]
    [InlineData("status=7", 400)]
    [InlineData("pageSize=101", 400)]
    public async Task List_Filter_IsChecked(string query, int status) =>
        ((int)(await fixture.ClientFor(_user).GetAsync($"/api/v1/orders?{query}")).StatusCode).Should().Be(status);

    [Fact]
    public async Task ListOfUser_SomebodyElse_IsNotFoundButAdminsSeeIt()
    {
        (await fixture.ClientFor(Guid.NewGuid()).GetAsync($"/api/v1/users/{_user}/orders")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await fixture.ClientFor(Guid.NewGuid(), "admin").GetAsync($"/api/v1/users/{_user}/orders")).StatusCode.Should().Be(HttpStatusCode.OK);
    }
}
