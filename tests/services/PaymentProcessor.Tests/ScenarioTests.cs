using System.Net.Http.Json;
using System.Text.Json;

namespace PaymentProcessor.Tests;

public class ScenarioTests(ProcessorFixture fixture) : IClassFixture<ProcessorFixture>
{
    private readonly string _key = Guid.NewGuid().ToString();

    [Theory]
    [InlineData("4242424242424242", null)]
    [InlineData("5555555555554444", null)]
    [InlineData("4000000000000002", "payment_declined")]
    [InlineData("4000000000009995", "insufficient_funds")]
    [InlineData("4000000000000069", "card_expired")]
    [InlineData("4100000000000019", "fraud_suspected")]
    public async Task Authorize_Card_IsDecidedByItsNumberAndTheSameAtEveryRepeat(string number, string? code)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var (status, answer) = await fixture.AuthorizeAsync(number, _key);

            status.Should().Be(200);
            answer.GetProperty("outcome").GetString().Should().Be(code is null ? "done" : "rejected");
            (answer.TryGetProperty("code", out var given) ? given.GetString() : null).Should().Be(code);
        }
    }

    [Fact]
    public async Task Token_OfACard_KeepsNothingOfItsNumber() => (await fixture.TokenAsync("4242424242424242")).Should().NotContain("4242");

    [Fact]
    public async Task Authorize_TemporaryError_FailsTwiceThenApproves()
    {
        (await fixture.AuthorizeAsync("4000000000000119", _key)).Status.Should().Be(503);
        (await fixture.AuthorizeAsync("4000000000000119", _key)).Status.Should().Be(503);
        (await FindAsync()).Should().BeEmpty("nothing is decided yet");
        (await fixture.AuthorizeAsync("4000000000000119", _key)).Status.Should().Be(200);
    }

    [Fact]
    public async Task Authorize_Unavailable_FailsForEver()
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            (await fixture.AuthorizeAsync("4000000000000259", _key)).Status.Should().Be(503);
        }
    }

    [Fact]
    public async Task Capture_Twice_ChargesOnceAlsoAcrossARestart()
    {
        var id = await IdAsync("4242424242424242");
        await OperateAsync(id, "capture");
        await fixture.StopAsync();
        await fixture.StartAsync();

        var (_, again) = await OperateAsync(id, "capture");

        again.GetProperty("outcome").GetString().Should().Be("done");
        var found = (await FindAsync()).Should().ContainSingle().Subject;
        found.GetProperty("status").GetString().Should().Be("CAPTURED");
        found.GetProperty("charges").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task Capture_FailingCard_IsRejectedAndTheHoldCanBeVoided()
    {
        var id = await IdAsync("4000000000000341");

        (await OperateAsync(id, "capture")).Body.GetProperty("code").GetString().Should().Be("payment_declined");
        (await OperateAsync(id, "void")).Body.GetProperty("authorization").GetProperty("status").GetString().Should().Be("VOIDED");
    }

    [Fact]
    public async Task Capture_SlowCard_HasChargedBeforeItAnswers()
    {
        var id = await IdAsync("4000000000006975");

        var slow = OperateAsync(id, "capture");
        await Eventually.TrueAsync(async () => (await FindAsync())[0].GetProperty("charges").GetInt32() == 1, "it is charged");

        slow.IsCompleted.Should().BeFalse();
        (await slow).Body.GetProperty("outcome").GetString().Should().Be("done");
    }

    [Fact]
    public async Task Refund_SameKeyTwice_CountsOnceAndMoreThanCapturedIsRejected()
    {
        var id = await IdAsync("4242424242424242");
        await OperateAsync(id, "capture");

        await RefundAsync(id, 4, "first");
        await RefundAsync(id, 4, "first");
        (await RefundAsync(id, 7, "second")).GetProperty("code").GetString().Should().Be("refund_exceeds_capture");
        var rest = await RefundAsync(id, 6, "third");

        rest.GetProperty("authorization").GetProperty("refunded").GetDecimal().Should().Be(10);
        rest.GetProperty("authorization").GetProperty("status").GetString().Should().Be("REFUNDED");
    }

    [Fact]
    public async Task Void_CapturedCharge_IsRejected()
    {
        var id = await IdAsync("4242424242424242");
        await OperateAsync(id, "capture");

        (await OperateAsync(id, "void")).Body.GetProperty("code").GetString().Should().Be("already_captured");
    }

    [Fact]
    public async Task VoidByKey_BeforeTheAuthorization_LetsNoneComeAbout()
    {
        (await fixture.CallAsync(HttpMethod.Post, "/v1/authorizations:void", key: _key)).Body.GetProperty("outcome").GetString().Should().Be("done");

        var (_, late) = await fixture.AuthorizeAsync("4242424242424242", _key);

        late.GetProperty("outcome").GetString().Should().Be("rejected");
        (await FindAsync()).Should().ContainSingle().Which.GetProperty("status").GetString().Should().Be("VOIDED");
    }

    [Fact]
    public async Task VoidByKey_Hold_IsVoidedAndACaptureIsNot()
    {
        var id = await IdAsync("4242424242424242");
        (await fixture.CallAsync(HttpMethod.Post, "/v1/authorizations:void", key: _key)).Body.GetProperty("authorization").GetProperty("status").GetString().Should().Be("VOIDED");
        (await OperateAsync(id, "capture")).Body.GetProperty("code").GetString().Should().Be("not_authorized");

        var other = Guid.NewGuid().ToString();
        var captured = (await fixture.AuthorizeAsync("4242424242424242", other)).Body.GetProperty("authorization").GetProperty("id").GetString()!;
        await OperateAsync(captured, "capture");
        (await fixture.CallAsync(HttpMethod.Post, "/v1/authorizations:void", key: other)).Body.GetProperty("code").GetString().Should().Be("already_captured");
    }

    [Fact]
    public async Task Operate_UnknownAuthorization_IsNotFound() => (await OperateAsync("auth_none", "capture")).Status.Should().Be(404);

    [Fact]
    public async Task Authorize_WithoutTheSidecarsToken_IsUnauthenticated()
    {
        using var answer = await fixture.ClientFor(Guid.NewGuid()).PostAsJsonAsync("/v1/authorizations", new { token = "tok_Approve_1", amount = 1, currency = "EUR" });

        ((int)answer.StatusCode).Should().Be(401);
    }

    private async Task<string> IdAsync(string number) => (await fixture.AuthorizeAsync(number, _key)).Body.GetProperty("authorization").GetProperty("id").GetString()!;

    private Task<(int Status, JsonElement Body)> OperateAsync(string id, string operation) => fixture.CallAsync(HttpMethod.Post, $"/v1/authorizations/{id}:{operation}", key: _key);

    private async Task<JsonElement> RefundAsync(string id, decimal amount, string key) => (await fixture.CallAsync(HttpMethod.Post, $"/v1/authorizations/{id}:refund", new { amount }, key)).Body;

    private async Task<JsonElement[]> FindAsync() => [.. (await fixture.CallAsync(HttpMethod.Get, $"/v1/authorizations?key={_key}")).Body.GetProperty("items").EnumerateArray()];
}
