using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ServiceDefaults.Tests;

[Collection(ProbeCollection.Name)]
public sealed class ErrorAnswerTests(ProbeFixture probe)
{
    public static TheoryData<string, string, string?, string?, int, string> BadRequests => new()
    {
        { "GET", "/nowhere", null, null, 404, "not_found" },
        { "DELETE", "/things", null, null, 405, "method_not_allowed" },
        { "GET", "/things/not-a-uuid", null, null, 400, "validation_failed" },
        { "GET", "/things/00000000-0000-0000-0000-000000000001", null, null, 404, "not_found" },
        { "GET", "/things?page=0", null, null, 400, "validation_failed" },
        { "GET", "/things?pageSize=101", null, null, 400, "validation_failed" },
        { "GET", "/things?page=1&page=2", null, null, 400, "validation_failed" },
        { "POST", "/things", "{\"name\":", "application/json", 400, "validation_failed" },
        { "POST", "/things", "", "application/json", 400, "validation_failed" },
        { "POST", "/things", "null", "application/json", 400, "validation_failed" },
        { "POST", "/things", "{\"name\":\"a\"}", "application/json", 400, "validation_failed" },
        { "POST", "/things", "{\"price\":1,\"note\":\"n\"}", "application/json", 400, "validation_failed" },
        { "POST", "/things", "{\"name\":null,\"price\":1}", "application/json", 400, "validation_failed" },
        { "POST", "/things", "{\"name\":\"a\",\"price\":\"1\"}", "application/json", 400, "validation_failed" },
        { "POST", "/things", "{\"name\":\"a\",\"price\":1,\"extra\":2}", "application/json", 400, "validation_failed" },
        { "POST", "/things", "{\"name\":\"a\",\"price\":1,\"name\":\"b\"}", "application/json", 400, "validation_failed" },
        { "POST", "/things", "<a/>", "application/xml", 415, "unsupported_media_type" },
        { "POST", "/things", "{\"name\":\"a\\u0000b\",\"price\":1}", "application/json", 400, "validation_failed" },
        { "POST", "/things", "{\"name\":\"a\",\"price\":1e25}", "application/json", 400, "validation_failed" },
        { "POST", "/things", "{\"name\":\"a\",\"price\":1}", "application/json", 400, "idempotency_key_required" },
        { "GET", "/fault", null, null, 500, "internal_error" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Request_NotAcceptable_AnswersWithItsCode(string method, string path, string? body, string? contentType, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, contentType!);
        }

        if (code != "idempotency_key_required")
        {
            request.Headers.Add("Idempotency-Key", "key");
        }

        using var response = await probe.ClientFor(Guid.NewGuid()).SendAsync(request);

        await AssertProblemAsync(response, status, code);
    }

    [Fact]
    public async Task Request_WithWrongMethod_NamesTheAllowedOnes()
    {
        using var response = await probe.Client.DeleteAsync("/things");

        response.Content.Headers.Allow.Should().BeEquivalentTo("GET", "POST");
    }

    [Fact]
    public async Task Request_OverTheLimit_IsRefusedAsTooLarge()
    {
        using var content = new StringContent($"{{\"name\":\"{new string('x', 2 * 1024 * 1024)}\",\"price\":1}}", Encoding.UTF8, "application/json");

        using var response = await PostAsync(content);

        await AssertProblemAsync(response, 413, "payload_too_large");
    }

    [Fact]
    public async Task Request_WithUnknownMember_NamesTheField()
    {
        using var content = new StringContent("{\"name\":\"a\",\"price\":1,\"extra\":2}", Encoding.UTF8, "application/json");

        using var response = await PostAsync(content);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("errors").EnumerateObject().Select(entry => entry.Name).Should().Equal("extra");
    }

    [Fact]
    public async Task Request_WithTwoWrongFields_NamesBoth()
    {
        using var response = await probe.Client.GetAsync("/things?page=x&pageSize=0");

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("errors").EnumerateObject().Select(entry => entry.Name).Should().BeEquivalentTo("page", "pageSize");
    }

    [Fact]
    public async Task Fault_Always_KeepsItsDetailsInside()
    {
        using var response = await probe.Client.GetAsync("/fault");

        (await response.Content.ReadAsStringAsync()).Should().NotContain("secret detail").And.NotContain(" at ");
    }

    [Fact]
    public async Task Answer_Always_NamesRequestAndTrace()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.Headers.Add("X-Request-Id", "my-request");

        using var response = await probe.Client.SendAsync(request);

        response.Headers.GetValues("X-Request-Id").Should().Equal("my-request");
        response.Headers.GetValues("X-Trace-Id").Should().Equal("0af7651916cd43dd8448eb211c80319c");
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("traceId").GetString().Should().Be("0af7651916cd43dd8448eb211c80319c");
    }

    private async Task<HttpResponseMessage> PostAsync(HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/things") { Content = content };
        request.Headers.Add("Idempotency-Key", "key");
        return await probe.ClientFor(Guid.NewGuid()).SendAsync(request);
    }

    internal static async Task AssertProblemAsync(HttpResponseMessage response, int status, string code)
    {
        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, body);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = JsonElement.Parse(body);
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("status").GetInt32().Should().Be(status);
        problem.GetProperty("type").GetString().Should().Be($"urn:platform:problem:{code}");
        problem.GetProperty("title").GetString().Should().NotBeNullOrEmpty();
        problem.GetProperty("instance").GetString().Should().StartWith("/");
        problem.GetProperty("traceId").GetString().Should().HaveLength(32);
        response.StatusCode.Should().NotBe(HttpStatusCode.OK);
    }
}
