using System.Net;
using System.Net.Http.Json;
using ServiceTesting;

namespace ServiceDefaults.Tests;

[Collection(ProbeCollection.Name)]
public sealed class IdempotencyTests(ProbeFixture probe)
{
    [Fact]
    public async Task Repeat_OfTheSameRequest_GetsTheStoredAnswer()
    {
        var client = probe.ClientFor(Guid.NewGuid());
        var name = Guid.NewGuid().ToString();

        using var first = await PostAsync(client, "key", name);
        using var second = await PostAsync(client, "key", name);

        first.StatusCode.Should().Be(HttpStatusCode.Created);
        second.StatusCode.Should().Be(HttpStatusCode.Created);
        (await second.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
        second.Headers.Location.Should().Be(first.Headers.Location);
        (await CountAsync(name)).Should().Be(1);
    }

    [Fact]
    public async Task Repeat_WithAnotherBody_IsRefused()
    {
        var client = probe.ClientFor(Guid.NewGuid());
        using var first = await PostAsync(client, "key", "one");

        using var second = await PostAsync(client, "key", "two");

        await ErrorAnswerTests.AssertProblemAsync(second, 422, "idempotency_key_reused");
    }

    [Fact]
    public async Task SameKey_OfAnotherUser_IsAnotherKey()
    {
        var name = Guid.NewGuid().ToString();

        using var first = await PostAsync(probe.ClientFor(Guid.NewGuid()), "key", name);
        using var second = await PostAsync(probe.ClientFor(Guid.NewGuid()), "key", name);

        second.StatusCode.Should().Be(HttpStatusCode.Created);
        (await CountAsync(name)).Should().Be(2);
    }

    [Fact]
    public async Task SameRequest_TenTimesAtOnce_TakesEffectOnce()
    {
        var client = probe.ClientFor(Guid.NewGuid());
        var name = "slow " + Guid.NewGuid();

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostAsync(client, "key", name)));

        var bodies = await Task.WhenAll(responses.Select(response => response.Content.ReadAsStringAsync()));
        responses.Should().OnlyContain(response => response.StatusCode == HttpStatusCode.Created);
        bodies.Distinct().Should().ContainSingle();
        (await CountAsync(name)).Should().Be(1);
    }

    [Theory]
    [InlineData("fault")]
    [InlineData("unsure")]
    public async Task Fault_AfterTheInsert_LeavesNothingBehind(string name)
    {
        var client = probe.ClientFor(Guid.NewGuid());
        var before = await CountAsync(name);

        using var first = await PostAsync(client, "key", name);
        using var second = await PostAsync(client, "key", name);

        first.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        second.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await CountAsync(name)).Should().Be(before);
    }

    [Fact]
    public async Task Refusal_Repeated_IsTheSameProblem()
    {
        var client = probe.ClientFor(Guid.NewGuid());

        using var first = await PostAsync(client, "key", "refused");
        using var second = await PostAsync(client, "key", "refused");

        await ErrorAnswerTests.AssertProblemAsync(first, 409, "already_exists");
        await ErrorAnswerTests.AssertProblemAsync(second, 409, "already_exists");
    }

    [Theory]
    [InlineData("with blank")]
    [InlineData("tab\tinside")]
    public async Task Key_WithOtherThanVisibleAscii_IsRefused(string key)
    {
        using var response = await PostAsync(probe.ClientFor(Guid.NewGuid()), key, "a");

        ((int)response.StatusCode).Should().Be(400);
    }

    [Fact]
    public async Task Key_Of129Characters_IsRefused()
    {
        using var response = await PostAsync(probe.ClientFor(Guid.NewGuid()), new string('k', 129), "a");

        await ErrorAnswerTests.AssertProblemAsync(response, 400, "validation_failed");
    }

    [Fact]
    public async Task LongEffect_TenTimesAtOnce_CallsOutOnce()
    {
        var name = Guid.NewGuid().ToString();
        var release = new TaskCompletionSource();
        probe.Sidecar.OnInvoke("other", "POST", "/internal/v1/work", async request =>
        {
            await release.Task;
            return FakeAnswer.Done();
        });
        var client = probe.ClientFor(Guid.NewGuid());

        var calls = Enumerable.Range(0, 10).Select(_ => PostAsync(client, "key", name, "/long")).ToList();
        await Eventually.TrueAsync(() => CallsFor(name) == 1, "the first call goes out");
        release.SetResult();
        var responses = await Task.WhenAll(calls);

        responses.Should().OnlyContain(response => response.StatusCode == HttpStatusCode.OK);
        CallsFor(name).Should().Be(1);
    }

    [Fact]
    public async Task LongEffect_NotSettled_MayBeTriedAgainAtOnce()
    {
        var name = Guid.NewGuid().ToString();
        var answers = new Queue<FakeAnswer>([FakeAnswer.Rejected("later"), new FakeAnswer(503), FakeAnswer.Done()]);
        probe.Sidecar.OnInvoke("other", "POST", "/internal/v1/work", _ => answers.Dequeue());
        var client = probe.ClientFor(Guid.NewGuid());

        using var unsettled = await PostAsync(client, "key", name, "/long");
        using var fault = await PostAsync(client, "key", name, "/long");
        using var done = await PostAsync(client, "key", name, "/long");
        using var repeat = await PostAsync(client, "key", name, "/long");

        await ErrorAnswerTests.AssertProblemAsync(unsettled, 503, "service_unavailable");
        await ErrorAnswerTests.AssertProblemAsync(fault, 503, "service_unavailable");
        done.StatusCode.Should().Be(HttpStatusCode.OK);
        repeat.StatusCode.Should().Be(HttpStatusCode.OK);
        CallsFor(name).Should().Be(3);
    }

    [Fact]
    public async Task LongEffect_WhoseOwnerDied_IsTakenOverAfterTheLease()
    {
        var name = Guid.NewGuid().ToString();
        var answers = new Queue<FakeAnswer>([FakeAnswer.Rejected("later"), FakeAnswer.Done()]);
        probe.Sidecar.OnInvoke("other", "POST", "/internal/v1/work", _ => answers.Dequeue());
        var user = Guid.NewGuid();
        var client = probe.ClientFor(user);
        await probe.Database.ExecuteAsync(
            """
            INSERT INTO idempotency_keys (tenant_id, scope, subject, key, request_hash, claim_id, lease_until, created_at, expires_at)
            VALUES ('default', 'things.long', @user, 'key', sha256(convert_to(@request, 'UTF8')), gen_random_uuid(), now() - interval '1 second', now(), now() + interval '1 day')
            """, new { user = user.ToString(), request = $$"""{"name":"{{name}}","price":1.00}""" });

        using var response = await PostAsync(client, "key", name, "/long");

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        CallsFor(name).Should().Be(1);
    }

    private int CallsFor(string name) => probe.Sidecar.Invocations.Count(call => call.Body.Contains(name, StringComparison.Ordinal));

    private Task<long> CountAsync(string name) => probe.Database.ScalarAsync<long>("SELECT count(*) FROM things WHERE name = @name", new { name });

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string key, string name, string path = "/things")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(new { name, price = 1 }) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await client.SendAsync(request);
    }
}
