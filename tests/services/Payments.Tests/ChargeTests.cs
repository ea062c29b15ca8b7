using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Payments.Tests;

public class ChargeTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    private readonly Guid _user = Guid.NewGuid();
    private readonly Guid _order = Guid.NewGuid();

    [Fact]
    public async Task Process_ApprovedCard_IsAuthorisedCapturedAndPublished()
    {
        var (status, answer) = await ProcessAsync(PaymentsFixture.Approved);

        status.Should().Be(200);
        answer.GetProperty("outcome").GetString().Should().Be("done");
        answer.GetProperty("transactionId").GetGuid().Should().NotBeEmpty();
        var payment = await PaymentAsync();
        payment.GetProperty("id").GetGuid().Should().Be(answer.GetProperty("paymentId").GetGuid());
        payment.GetProperty("status").GetString().Should().Be("COMPLETED");
        payment.GetProperty("amount").GetRawText().Should().Be("12.50");
        Transactions(payment).Should().Equal("AUTHORIZATION SUCCEEDED", "CAPTURE SUCCEEDED");
        await PublishedAsync("payment.completed");
    }

    [Theory]
    [InlineData("4000000000000002", "payment_declined")]
    [InlineData("4000000000009995", "insufficient_funds")]
    public async Task Process_RefusedCard_IsRejectedWithItsCodeAndKeepsAFailedRecord(string card, string code)
    {
        var (status, answer) = await ProcessAsync(card);

        status.Should().Be(200);
        answer.GetProperty("outcome").GetString().Should().Be("rejected");
        answer.GetProperty("code").GetString().Should().Be(code);
        var payment = await PaymentAsync();
        payment.GetProperty("status").GetString().Should().Be("FAILED");
        payment.GetProperty("failureCode").GetString().Should().Be(code);
        Transactions(payment).Should().Equal("AUTHORIZATION FAILED");
        await PublishedAsync("payment.failed");
    }

    [Fact]
    public async Task Process_TemporaryError_IsAFaultThatIsNotKeptAndThenSucceedsUnderTheSameKey()
    {
        var card = await fixture.AddCardAsync(_user, "4000000000000119");

        (await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card))).Status.Should().Be(503);
        (await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card))).Status.Should().Be(503);
        var (status, answer) = await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card));

        status.Should().Be(200);
        fixture.Processor.Charges(answer.GetProperty("paymentId").GetString()!).Should().Be(1);
    }

    [Fact]
    public async Task Process_CaptureWithoutAnswer_IsSettledByLookUpWithOneCharge()
    {
        var (status, answer) = await ProcessAsync("4000000000006975");

        status.Should().Be(200);
        answer.GetProperty("outcome").GetString().Should().Be("done");
        fixture.Processor.Charges(answer.GetProperty("paymentId").GetString()!).Should().Be(1);
        Transactions(await PaymentAsync()).Should().Equal("AUTHORIZATION SUCCEEDED", "CAPTURE SUCCEEDED");
    }

    [Fact]
    public async Task Process_CaptureFails_VoidsTheHoldAndIsRejected()
    {
        var (_, answer) = await ProcessAsync("4000000000000341");

        answer.GetProperty("code").GetString().Should().Be("payment_declined");
        var payment = await PaymentAsync();
        payment.GetProperty("status").GetString().Should().Be("FAILED");
        Transactions(payment).Should().BeEquivalentTo("AUTHORIZATION SUCCEEDED", "CAPTURE FAILED", "VOID SUCCEEDED");
        fixture.Processor.StatusOf(payment.GetProperty("id").GetString()!).Should().Be("VOIDED");
    }

    [Fact]
    public async Task Process_CaptureRefusedButDone_IsNeverRecordedAsVoided()
    {
        var card = await fixture.AddCardAsync(_user, $"400000000000{FakeProcessor.LateCapture}");

        (await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card))).Status.Should().Be(503, "the void is refused");
        var (status, answer) = await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card));

        status.Should().Be(200);
        answer.GetProperty("outcome").GetString().Should().Be("done");
        var payment = await PaymentAsync();
        payment.GetProperty("status").GetString().Should().Be("COMPLETED");
        fixture.Processor.Charges(payment.GetProperty("id").GetString()!).Should().Be(1);
    }

    [Fact]
    public async Task Process_TenAtOnceUnderOneKey_AnswersAllAlikeAndChargesOnce()
    {
        var card = await fixture.AddCardAsync(_user);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card))));

        answers.Should().OnlyContain(answer => answer.Status == 200);
        answers.Select(answer => answer.Body.GetRawText()).Distinct().Should().ContainSingle();
        fixture.Processor.Charges(answers[0].Body.GetProperty("paymentId").GetString()!).Should().Be(1);
    }

    [Fact]
    public async Task Process_SameKeyOtherAmount_Is422()
    {
        var card = await fixture.AddCardAsync(_user);
        await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card));

        var (status, problem) = await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card, 99));

        status.Should().Be(422);
        problem.GetProperty("code").GetString().Should().Be("idempotency_key_reused");
    }

    [Fact]
    public async Task Process_SomebodyElsesCard_IsRejectedWithoutAPayment()
    {
        var card = await fixture.AddCardAsync(Guid.NewGuid());

        var (_, answer) = await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card));

        answer.GetProperty("outcome").GetString().Should().Be("rejected");
        (await fixture.PaymentsAsync(_user, _order)).Should().BeEmpty();
    }

    [Fact]
    public async Task Process_WithoutTheSidecarsToken_IsUnauthenticated()
    {
        using var answer = await fixture.ClientFor(_user).PostAsJsonAsync($"/internal/v1/payments/{_order}:process", PaymentsFixture.Process(_user, Guid.NewGuid()));

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Get_SomebodyElsesPayment_IsNotFoundButOperatorsSeeIt()
    {
        await ProcessAsync(PaymentsFixture.Approved);
        var path = $"/api/v1/payments/{(await PaymentAsync()).GetProperty("id").GetString()}";

        (await fixture.ClientFor(Guid.NewGuid()).GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await fixture.PaymentsAsync(Guid.NewGuid(), _order)).Should().BeEmpty();
        (await fixture.ClientFor(Guid.NewGuid(), "operator").GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Process_InAnotherTenant_DoesNotSeeTheCard()
    {
        var card = await fixture.AddCardAsync(_user);

        var (_, answer) = await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, card), tenant: "other");

        answer.GetProperty("outcome").GetString().Should().Be("rejected");
    }

    private async Task<(int Status, JsonElement Body)> ProcessAsync(string number) =>
        await fixture.StepAsync(_order, "process", PaymentsFixture.Process(_user, await fixture.AddCardAsync(_user, number)));

    private async Task<JsonElement> PaymentAsync() => (await fixture.PaymentsAsync(_user, _order)).Should().ContainSingle().Subject;

    private static IEnumerable<string> Transactions(JsonElement payment) =>
        payment.GetProperty("transactions").EnumerateArray().Select(row => $"{row.GetProperty("kind").GetString()} {row.GetProperty("status").GetString()}");

    private Task PublishedAsync(string type) => Eventually.TrueAsync(
        () => fixture.Sidecar.Published.Any(message => message.Topic == "payments" && message.Type == type && message.Data.GetProperty("orderId").GetGuid() == _order),
        $"{type} is published");
}
