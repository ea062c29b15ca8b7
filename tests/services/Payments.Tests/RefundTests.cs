using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Payments.Tests;

public class RefundTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    private readonly Guid _user = Guid.NewGuid();
    private readonly Guid _order = Guid.NewGuid();
    private readonly Guid _operator = Guid.NewGuid();

    [Fact]
    public async Task Undo_BeforeTheStep_LeavesNothingForTheStepToDo()
    {
        var card = await fixture.AddCardAsync(_user);

        (await fixture.StepAsync(_order, "refund")).Body.GetProperty("outcome").GetString().Should().Be("done");
        var (_, late) = await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card));

        late.GetProperty("outcome").GetString().Should().Be("rejected");
        (await fixture.PaymentsAsync(_user, _order)).Should().BeEmpty();
    }

    [Fact]
    public async Task Undo_ChargedPayment_IsRefundedOnce()
    {
        await ChargeAsync(PaymentsFixture.Approved);

        (await fixture.StepAsync(_order, "refund")).Body.GetProperty("outcome").GetString().Should().Be("done");
        (await fixture.StepAsync(_order, "refund")).Body.GetProperty("outcome").GetString().Should().Be("done");

        var payment = await PaymentAsync();
        payment.GetProperty("status").GetString().Should().Be("REFUNDED");
        payment.GetProperty("refundedAmount").GetDecimal().Should().Be(12.50m);
        payment.GetProperty("transactions").EnumerateArray().Count(row => row.GetProperty("kind").GetString() == "REFUND").Should().Be(1);
        await Eventually.TrueAsync(() => fixture.Sidecar.Published.Any(message => message.Type == "payment.refunded" && message.Data.GetProperty("orderId").GetGuid() == _order), "it is published");
    }

    [Fact]
    public async Task Undo_PaymentThatNeverGotAnAnswer_FailsIt()
    {
        await ChargeAsync("4000000000000259");

        (await fixture.StepAsync(_order, "refund")).Body.GetProperty("outcome").GetString().Should().Be("done");

        (await PaymentAsync()).GetProperty("status").GetString().Should().Be("FAILED");
    }

    [Fact]
    public async Task Undo_AuthorizationThatLandsLater_HoldsNoMoney()
    {
        await ChargeAsync($"400000000000{FakeProcessor.Queued}");

        (await fixture.StepAsync(_order, "refund")).Body.GetProperty("outcome").GetString().Should().Be("done");
        fixture.Processor.Land();

        var payment = await PaymentAsync();
        payment.GetProperty("status").GetString().Should().Be("FAILED");
        fixture.Processor.StatusOf(payment.GetProperty("id").GetString()!).Should().Be("VOIDED");
    }

    [Fact]
    public async Task Undo_RefusedPayment_ChangesNothing()
    {
        await ChargeAsync("4000000000000002");

        (await fixture.StepAsync(_order, "refund")).Body.GetProperty("outcome").GetString().Should().Be("done");

        (await PaymentAsync()).GetProperty("failureCode").GetString().Should().Be("payment_declined");
    }

    [Fact]
    public async Task OperatorRefund_PartThenRest_EndsRefundedAndMoreIsRefused()
    {
        await ChargeAsync(PaymentsFixture.Approved);
        var id = (await PaymentAsync()).GetProperty("id").GetString()!;

        var part = await RefundAsync(id, 2.5m, HttpStatusCode.OK);
        part.GetProperty("status").GetString().Should().Be("COMPLETED");
        part.GetProperty("refundedAmount").GetDecimal().Should().Be(2.5m);
        (await RefundAsync(id, 11, HttpStatusCode.Conflict)).GetProperty("code").GetString().Should().Be("refund_exceeds_capture");
        (await RefundAsync(id, null, HttpStatusCode.OK)).GetProperty("status").GetString().Should().Be("REFUNDED");
    }

    [Fact]
    public async Task OperatorRefund_RepeatedAfterItsAnswerWasLost_IsPaidOnce()
    {
        await ChargeAsync(PaymentsFixture.Approved);
        var id = (await PaymentAsync()).GetProperty("id").GetString()!;
        var key = Guid.NewGuid().ToString();
        await RefundAsync(id, 2.5m, HttpStatusCode.OK, key);
        await fixture.Database.ExecuteAsync("DELETE FROM idempotency_keys WHERE key = @key", new { key });

        var again = await RefundAsync(id, 2.5m, HttpStatusCode.OK, key);

        again.GetProperty("refundedAmount").GetDecimal().Should().Be(2.5m);
        fixture.Processor.Refunded(id).Should().Be(2.5m);
    }

    [Fact]
    public async Task OperatorRefund_WhileAnotherBrokeOff_FinishesItAndThenMakesItsOwn()
    {
        await ChargeAsync(PaymentsFixture.Approved);
        var id = (await PaymentAsync()).GetProperty("id").GetString()!;
        var (first, second) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        fixture.Processor.FailRefunds(1);
        await RefundAsync(id, 2, HttpStatusCode.ServiceUnavailable, first);

        (await RefundAsync(id, 3, HttpStatusCode.OK, second)).GetProperty("refundedAmount").GetDecimal().Should().Be(5);
        (await RefundAsync(id, 2, HttpStatusCode.OK, first)).GetProperty("refundedAmount").GetDecimal().Should().Be(5);

        fixture.Processor.Refunded(id).Should().Be(5);
    }

    [Fact]
    public async Task OperatorRefund_AfterAnotherBrokeOff_IsJudgedByWhatThatLeaves()
    {
        await ChargeAsync(PaymentsFixture.Approved);
        var id = (await PaymentAsync()).GetProperty("id").GetString()!;
        fixture.Processor.FailRefunds(1);
        await RefundAsync(id, 10, HttpStatusCode.ServiceUnavailable);

        (await RefundAsync(id, 10, HttpStatusCode.Conflict)).GetProperty("code").GetString().Should().Be("refund_exceeds_capture");

        fixture.Processor.Refunded(id).Should().Be(10);
    }

    [Fact]
    public async Task OperatorRefund_SameKeyOtherAmountAfterABreakOff_Is422()
    {
        await ChargeAsync(PaymentsFixture.Approved);
        var id = (await PaymentAsync()).GetProperty("id").GetString()!;
        var key = Guid.NewGuid().ToString();
        fixture.Processor.FailRefunds(1);
        await RefundAsync(id, 2, HttpStatusCode.ServiceUnavailable, key);

        (await RefundAsync(id, 3, HttpStatusCode.UnprocessableEntity, key)).GetProperty("code").GetString().Should().Be("idempotency_key_reused");
    }

    [Fact]
    public async Task OperatorRefund_ByACustomer_IsForbidden()
    {
        await ChargeAsync(PaymentsFixture.Approved);

        using var answer = await SendAsync(fixture.ClientFor(_user), (await PaymentAsync()).GetProperty("id").GetString()!, 1);

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private async Task ChargeAsync(string number) =>
        await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, await fixture.AddCardAsync(_user, number)));

    private async Task<JsonElement> PaymentAsync() => (await fixture.PaymentsAsync(_user, _order)).Should().ContainSingle().Subject;

    private async Task<JsonElement> RefundAsync(string id, decimal? amount, HttpStatusCode expected, string? key = null)
    {
        using var answer = await SendAsync(fixture.ClientFor(_operator, "operator"), id, amount, key);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(expected, body.GetRawText());
        return body;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string id, decimal? amount, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/payments/{id}/refund")
        {
            Content = amount is null ? JsonContent.Create(new { reason = "damaged" }) : JsonContent.Create(new { amount, reason = "damaged" }),
        };
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        return await client.SendAsync(request);
    }
}
