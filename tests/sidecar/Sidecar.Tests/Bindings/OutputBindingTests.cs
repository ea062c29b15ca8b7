using System.Text.Json;
using Sidecar.Components;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Bindings;

/// <summary>The output bindings through a running sidecar.</summary>
public sealed class OutputBindingTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bindings-");
    private readonly string _key = $"binding-{Guid.NewGuid():N}";
    private FakeApp _server = null!;
    private PostgresDatabase _database = null!;
    private RunningSidecar _sidecar = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeApp.StartAsync(async context =>
        {
            context.Response.StatusCode = context.Request.Path == "/missing" ? 404 : 200;
            context.Response.Headers["X-Seen"] = context.Request.Headers["X-Sent"];
            await FakeApp.EchoAsync(context);
        });
        _database = await PostgresDatabase.CreateAsync();
        _sidecar = await RunningSidecar.StartAsync(
            new RunScope(),
            "app",
            null,
            RunningSidecar.Component("files", "bindings.localstorage", ("rootPath", Path.Combine(_folder.FullName, "root"))),
            RunningSidecar.Component("web", "bindings.http", ("url", $"http://127.0.0.1:{_server.Port}"), ("maxResponseBodySize", "1Ki")),
            RunningSidecar.Component("redis", "bindings.redis", ("redisHost", TestServers.RedisHost), ("redisPassword", TestServers.RedisPassword)),
            RunningSidecar.Component("sql", "bindings.postgresql", ("url", _database.KeyValueConnectionString)));
    }

    public async Task DisposeAsync()
    {
        await _sidecar.DisposeAsync();
        await _server.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task LocalStorage_CreateGetListDelete_KeepsTheFile()
    {
        (await InvokeAsync("files", "create", "\"Grüße\"", ("fileName", "a/b.txt"))).Body.Should().Be("{\"fileName\":\"a/b.txt\"}");
        (await InvokeAsync("files", "get", null, ("fileName", "a/b.txt"))).Body.Should().Be("Grüße");
        (await InvokeAsync("files", "list", null, ("fileName", "a"))).Body.Should().Be($"[\"{_folder.FullName}/root/a/b.txt\"]");
        (await InvokeAsync("files", "delete", null, ("fileName", "a/b.txt"))).Status.Should().Be(204);
        (await InvokeAsync("files", "list", null)).Body.Should().Be("null");
        (await InvokeAsync("files", "get", null, ("fileName", "a/b.txt"))).Status.Should().Be(500);
    }

    [Fact]
    public async Task LocalStorage_LinkOutOfTheFolder_StaysInside()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "root", "out"), _folder.FullName);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "secret"), "secret");

        (await InvokeAsync("files", "get", null, ("fileName", "out/secret"))).Body.Should().NotContain("\"secret\"").And.Contain("file not found");
        (await InvokeAsync("files", "get", null, ("fileName", "../secret"))).Body.Should().Contain("file not found");
        await InvokeAsync("files", "create", "\"x\"", ("fileName", "../../written"));

        File.Exists(Path.Combine(_folder.FullName, "root", "written")).Should().BeTrue();
    }

    [Fact]
    public async Task Http_PostWithHeaders_AnswersBodyAndMetadata()
    {
        var (status, body, response) = await InvokeAsync("web", "post", "{\"a\":12345678901234567890}", ("path", "x?y=1"), ("X-Sent", "yes"), ("small", "no"));

        (status, body).Should().Be((200, "{\"a\":12345678901234567890}"));
        response.Headers.GetValues("metadata.statusCode").Should().Equal("200");
        response.Headers.GetValues("metadata.X-Seen").Should().Equal("yes");
        _server.Seen.Single().Target.Should().Be("/x?y=1");
        _server.Seen.Single().Headers.Should().NotContainKey("small");
    }

    [Fact]
    public async Task Http_Not2xx_IsAnErrorUnlessToldOtherwise()
    {
        (await InvokeAsync("web", "get", null, ("path", "missing"))).Body.Should().Contain("error invoking output binding web: received status code 404");
        (await InvokeAsync("web", "get", null, ("path", "missing"), ("errorIfNot2XX", "false"))).Status.Should().Be(200);
    }

    [Fact]
    public async Task Http_LongAnswer_IsCutAtTheLimit() =>
        (await InvokeAsync("web", "post", $"\"{new string('x', 2000)}\"")).Body.Should().HaveLength(1024);

    [Fact]
    public async Task Redis_CreateIncrementGet_WorkOnThePlainKey()
    {
        await InvokeAsync("redis", "create", "41", ("key", _key), ("ttlInSeconds", "100"));
        (await InvokeAsync("redis", "increment", null, ("key", _key))).Status.Should().Be(204);

        (await InvokeAsync("redis", "get", null, ("key", _key), ("delete", "true"))).Body.Should().Be("42");
        (await InvokeAsync("redis", "get", null, ("key", _key))).Should().Match<(int Status, string Body, HttpResponseMessage Response)>(answer => answer.Status == 200 && answer.Body == "");
        (await InvokeAsync("redis", "get", null)).Body.Should().Contain("missing key in request metadata");
    }

    [Fact]
    public async Task Redis_IncrementOfAText_IsRefusedInTheServersWords()
    {
        await InvokeAsync("redis", "create", "\"text\"", ("key", _key));

        var (status, body, _) = await InvokeAsync("redis", "increment", null, ("key", _key));

        status.Should().Be(500);
        body.Should().Contain("error invoking output binding redis: ERR value is not an integer or out of range\"");
    }

    [Theory]
    [InlineData("create", 500)]
    [InlineData("increment", 500)]
    [InlineData("get", 200)]
    [InlineData("delete", 204)]
    public async Task Redis_LifetimeThatIsNone_CountsOnlyWhereSomethingIsWritten(string operation, int status) =>
        (await InvokeAsync("redis", operation, "1", ("key", _key), ("ttlInSeconds", "soon"))).Status.Should().Be(status);

    [Theory]
    [InlineData("ttlInSeconds", "100", 204, "1")]
    [InlineData("TTL", "1m30s", 204, "1")]
    [InlineData("ttl", "0s", 204, "")]
    [InlineData("ttl", "soon", 500, "")]
    [InlineData("ttlInSeconds", "-1", 500, "")]
    public async Task Redis_Lifetime_IsADurationOrSeconds(string name, string lifetime, int status, string value)
    {
        var (code, body, _) = await InvokeAsync("redis", "create", "1", ("key", _key), (name, lifetime));

        code.Should().Be(status);
        body.Contains("error invoking output binding redis: ttl value must be ", StringComparison.Ordinal).Should().Be(status == 500);
        (await InvokeAsync("redis", "get", null, ("key", _key))).Body.Should().Be(value);
    }

    [Fact]
    public async Task PostgreSql_ExecAndQuery_TakeParametersAndReturnRows()
    {
        await InvokeAsync("sql", "exec", null, ("sql", "CREATE TABLE t (id int, name text, at timestamptz, doc jsonb)"));
        var (_, _, response) = await InvokeAsync("sql", "exec", null, ("sql", "INSERT INTO t VALUES ($1, $2, $3, $4)"), ("params", "[1,\"ü\",\"2026-01-02T03:04:05Z\",{\"a\":[1]}]"));

        response.Headers.GetValues("metadata.rows-affected").Should().Equal("1");
        (await InvokeAsync("sql", "query", null, ("sql", "SELECT id, name, at, doc, NULL FROM t"))).Body.Should().Be("[[1,\"\\u00FC\",\"2026-01-02T03:04:05Z\",{\"a\": [1]},null]]");
        (await InvokeAsync("sql", "query", null, ("sql", "SELECT 'ü'"))).Status.Should().Be(200);
    }

    [Theory]
    [InlineData("", 400, "failed deserializing HTTP body: EOF")]
    [InlineData("[]", 400, "failed deserializing HTTP body: json: cannot unmarshal array into Go value of type http.OutputBindingRequest")]
    [InlineData("{\"operation\":1}", 400, "failed deserializing HTTP body: json: cannot unmarshal number into Go struct field OutputBindingRequest.operation of type string")]
    [InlineData("{\"operation\":\"x\",\"metadata\":{\"a\":1}}", 400, "failed deserializing HTTP body: json: cannot unmarshal number into Go struct field OutputBindingRequest.metadata of type string")]
    [InlineData("{}", 500, "error invoking output binding files: operation field is missing from request")]
    [InlineData("{\"operation\":\"x\"}", 500, "error invoking output binding files: binding files does not support operation x. supported operations:create get list delete")]
    public async Task Invoke_WrongRequest_SaysWhatIsWrong(string body, int status, string message)
    {
        var answer = await _sidecar.SendAsync("POST", "/v1.0/bindings/files", body);

        answer.Status.Should().Be(status);
        JsonDocument.Parse(answer.Body).RootElement.GetProperty("message").GetString().Should().Be(message);
    }

    private Task<(int Status, string Body, HttpResponseMessage Response)> InvokeAsync(string binding, string operation, string? data, params (string Name, string Value)[] metadata)
    {
        var fields = JsonSerializer.Serialize(metadata.ToDictionary(field => field.Name, field => field.Value));
        return _sidecar.SendAsync("POST", $"/v1.0/bindings/{binding}", $"{{\"operation\":\"{operation}\",\"metadata\":{fields}{(data is null ? "" : $",\"data\":{data}")}}}");
    }
}
