using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.State;

public sealed class StateApiTests : IAsyncLifetime
{
    private RunningSidecar _sidecar = null!;

    public async Task InitializeAsync() =>
        _sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", null, RunningSidecar.Component("mem", "state.in-memory"));

    public async Task DisposeAsync() => await _sidecar.DisposeAsync();

    [Fact]
    public async Task SaveGetDelete_RoundTrip_KeepsEveryDigit()
    {
        (await _sidecar.SendAsync("POST", "/v1.0/state/mem", "[{\"key\":\"a/b\",\"value\":{\"n\" : 12345678901234567890, \"s\":\"x  y\"}}]")).Status.Should().Be(204);

        var found = await _sidecar.SendAsync("GET", "/v1.0/state/mem/a%2Fb");
        found.Status.Should().Be(200);
        found.Body.Should().Be("{\"n\":12345678901234567890,\"s\":\"x  y\"}");
        found.Response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        var etag = found.Response.Headers.GetValues("ETag").Single();
        (await _sidecar.SendAsync("DELETE", "/v1.0/state/mem/a%2Fb", null, "", ("If-Match", "wrong"))).Status.Should().Be(409);
        (await _sidecar.SendAsync("DELETE", "/v1.0/state/mem/a%2Fb", null, "", ("If-Match", etag))).Status.Should().Be(204);
        (await _sidecar.SendAsync("GET", "/v1.0/state/mem/a%2Fb")).Status.Should().Be(204);
    }

    [Theory]
    [InlineData("POST", "/v1.0/state/nope", "[]", 400, "ERR_STATE_STORE_NOT_FOUND", "state store nope is not found")]
    [InlineData("POST", "/v1.0/state/mem", "xx", 400, "ERR_MALFORMED_REQUEST", "invalid character 'x' looking for beginning of value")]
    [InlineData("POST", "/v1.0/state/mem", "", 400, "ERR_MALFORMED_REQUEST", "EOF")]
    [InlineData("POST", "/v1.0/state/mem", "[{\"value\":1}]", 400, "ERR_MALFORMED_REQUEST", "is a required field")]
    [InlineData("POST", "/v1.0/state/mem", "[{\"value\":1},{\"key\":5}]", 400, "ERR_MALFORMED_REQUEST", "json: cannot unmarshal number into Go struct field SetRequest.key of type string")]
    [InlineData("POST", "/v1.0/state/mem", "{}", 400, "ERR_MALFORMED_REQUEST", "json: cannot unmarshal object into Go value of type []state.SetRequest")]
    [InlineData("POST", "/v1.0/state/mem", "[{\"key\":\"a||b\",\"value\":1}]", 400, "ERR_MALFORMED_REQUEST", "DAPR_STATE_ILLEGAL_KEY")]
    [InlineData("POST", "/v1.0/state/mem", "[{\"key\":\"k\",\"value\":1,\"etag\":\"5\"}]", 409, "ERR_STATE_SAVE", "state not exist or expired for key=app||k")]
    [InlineData("POST", "/v1.0/state/mem", "[{\"key\":\"k\",\"value\":1,\"options\":{\"concurrency\":\"bogus\"}}]", 500, "ERR_STATE_SAVE", "failed saving state in state store mem: unrecognized concurrency model ")]
    [InlineData("POST", "/v1.0/state/mem/bulk", "{bad", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: invalid character 'b' looking for beginning of object key string")]
    [InlineData("POST", "/v1.0/state/mem/transaction", "{\"operations\":[{\"operation\":\"nope\"}]}", 400, "ERR_NOT_SUPPORTED_STATE_OPERATION", "operation type nope not supported")]
    [InlineData("POST", "/v1.0/state/mem", "[{\"key\":\"k\",\"contentType\":5}]", 400, "ERR_MALFORMED_REQUEST", "json: cannot unmarshal number into Go struct field SetRequest.contentType of type string")]
    [InlineData("POST", "/v1.0/state/mem", "[{\"key\":\"k\",\"options\":{\"concurrency\":true}}]", 400, "ERR_MALFORMED_REQUEST", "json: cannot unmarshal bool into Go struct field SetStateOption.options.concurrency of type string")]
    [InlineData("POST", "/v1.0/state/mem/bulk", "{\"keys\":[\"k\"],\"metadata\":{\"a\":1}}", 400, "ERR_MALFORMED_REQUEST", "json: cannot unmarshal number into Go struct field BulkGetRequest.metadata of type string")]
    [InlineData("POST", "/v1.0/state/mem/transaction", "{\"operations\":[{\"operation\":5}]}", 400, "ERR_MALFORMED_REQUEST", "json: cannot unmarshal number into Go struct field stateTransactionRequestBodyOperation.operations.operation of type string")]
    [InlineData("POST", "/v1.0/state/mem/transaction", "{\"operations\":[],\"metadata\":{\"a\":1}}", 400, "ERR_MALFORMED_REQUEST", "json: cannot unmarshal number into Go struct field stateTransactionRequestBody.metadata of type string")]
    [InlineData("POST", "/v1.0/state/mem/transaction", "{\"operations\":[{\"operation\":\"upsert\",\"request\":[]}]}", 400, "ERR_MALFORMED_REQUEST", "'' expected a map, got 'slice'")]
    [InlineData("POST", "/v1.0/state/mem/transaction", "{\"operations\":[{\"operation\":\"upsert\",\"request\":{\"key\":5}}]}", 400, "ERR_MALFORMED_REQUEST", "1 error(s) decoding:\\n\\n* 'Key' expected type 'string', got unconvertible type 'float64', value: '5'")]
    [InlineData("POST", "/v1.0/state/mem/transaction", "{\"operations\":[{\"operation\":\"delete\",\"request\":{\"key\":\"k\",\"metadata\":{\"a\":true}}}]}", 400, "ERR_MALFORMED_REQUEST", "* 'Metadata[a]' expected type 'string', got unconvertible type 'bool', value: 'true'")]
    [InlineData("POST", "/v1.0/state/mem/transaction", "{\"operations\":[{\"operation\":\"delete\",\"request\":{\"key\":\"a||b\"}}]}", 400, "ERR_MALFORMED_REQUEST", "\"field_violations\":[{\"field\":\"\"")]
    [InlineData("POST", "/v1.0-alpha1/state/mem/query", "{}", 500, "ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying")]
    [InlineData("GET", "/v1.0/state/mem/a/b", null, 404, "ERR_DIRECT_INVOKE", "failed getting app id")]
    public async Task Mistake_GetsDaprsError(string method, string path, string? body, int status, string code, string text)
    {
        var answer = await _sidecar.SendAsync(method, path, body);

        answer.Status.Should().Be(status);
        answer.Body.Replace("\\u0027", "'", StringComparison.Ordinal).Should().Contain($"\"errorCode\":\"{code}\"").And.Contain(text);
    }

    [Fact]
    public async Task Bulk_FoundAndMissing_AreListed()
    {
        await _sidecar.SendAsync("POST", "/v1.0/state/mem", "[{\"key\":\"a\",\"value\":1},{\"key\":\"b\",\"value\":{\"x\":\"y\"}}]");

        var answer = await _sidecar.SendAsync("PUT", "/v1.0/state/mem/bulk", "{\"keys\":[\"a\",\"b\",\"zz\"]}");

        answer.Body.Should().MatchRegex("^\\[\\{\"key\":\"a\",\"data\":1,\"etag\":\"\\d+\"},\\{\"key\":\"b\",\"data\":\\{\"x\":\"y\"},\"etag\":\"\\d+\"},\\{\"key\":\"zz\"}\\]\n$");
    }

    [Fact]
    public async Task Save_SeveralWithOneStale_WritesTheOthers()
    {
        var answer = await _sidecar.SendAsync("POST", "/v1.0/state/mem", "[{\"key\":\"m1\",\"value\":1},{\"key\":\"m2\",\"value\":1,\"etag\":\"9\"},{\"key\":\"m3\",\"value\":1}]");

        answer.Status.Should().Be(409);
        (await _sidecar.SendAsync("GET", "/v1.0/state/mem/m3")).Body.Should().Be("1");
    }

    [Fact]
    public async Task Transaction_OneStale_Is500AndWritesNothing()
    {
        var answer = await _sidecar.SendAsync("POST", "/v1.0/state/mem/transaction", "{\"operations\":[{\"operation\":\"upsert\",\"request\":{\"key\":\"y\",\"value\":1}},{\"operation\":\"delete\",\"request\":{\"key\":\"x\",\"etag\":\"7\"}}]}");

        answer.Status.Should().Be(500);
        answer.Body.Should().Contain("ERR_STATE_TRANSACTION").And.Contain("error while executing state transaction: possible etag mismatch. error from state store");
        (await _sidecar.SendAsync("GET", "/v1.0/state/mem/y")).Status.Should().Be(204);
    }
}
