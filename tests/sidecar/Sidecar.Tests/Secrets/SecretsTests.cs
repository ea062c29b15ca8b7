using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Secrets;

public sealed class SecretsTests
{
    private const string FileStore = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: sec
        spec:
          type: secretstores.local.file
          version: v1
          metadata:
          - name: secretsFile
            value: "{{dir}}/secrets.json"
        """;

    private const string EnvironmentStore = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: env
        spec:
          type: secretstores.local.env
          version: v1
        """;

    [Theory]
    [InlineData("k", 200, "{\"k\":\"v\"}")]
    [InlineData("nested:a:b", 200, "{\"nested:a:b\":\"deep\"}")]
    [InlineData("list:1", 200, "{\"list:1\":\"q\"}")]
    [InlineData("number", 200, "{\"number\":\"5\"}")]
    [InlineData("big", 200, "{\"big\":\"12345678901234567890\"}")]
    [InlineData("flag", 200, "{\"flag\":\"true\"}")]
    [InlineData("nothing", 200, "{\"nothing\":\"\"}")]
    [InlineData("a%2Fb", 200, "{\"a/b\":\"slash\"}")]
    [InlineData("nested", 500, "{\"errorCode\":\"ERR_SECRET_GET\",\"message\":\"failed getting secret with key nested from secret store sec: secret nested not found\"}")]
    public async Task Get_FromFile_AnswersAsDaprd(string name, int status, string body)
    {
        await using var sidecar = await StartFileStoreAsync();

        using var response = await sidecar.Client.GetAsync($"v1.0/secrets/sec/{name}");

        ((int)response.StatusCode).Should().Be(status);
        JsonElement.DeepEquals(await response.Content.ReadFromJsonAsync<JsonElement>(), JsonDocument.Parse(body).RootElement).Should().BeTrue();
    }

    [Theory]
    [InlineData("yes", "nested", """{"a:b":"deep"}""")]
    [InlineData("true", "k", """{"k":"v"}""")]
    [InlineData("1", "with+blank", """{"with blank":"y"}""")]
    public async Task Get_FromFileOfSeveralValues_AnswersThemAll(string multiValued, string name, string body)
    {
        await using var sidecar = await StartAsync(FileStore + $"\n  - name: multiValued\n    value: \"{multiValued}\"", null);

        (await sidecar.Client.GetStringAsync($"v1.0/secrets/sec/{name}")).Should().Be(body);
        (await sidecar.Client.GetStringAsync("v1.0/metadata")).Should().Contain("MULTIPLE_KEY_VALUES_PER_SECRET");
    }

    [Fact]
    public async Task Start_FileOfSeveralValuesWithANameTwice_SaysWhich()
    {
        await using var sidecar = TestSidecar.Create(options => options, [FileStore + "\n  - name: multiValued\n    value: \"true\""]);
        await File.WriteAllTextAsync(Path.Combine(sidecar.Folder, "secrets.json"), """{"db":{"a:b":"1","a":{"b":"2"}}}""");

        var start = () => sidecar.StartAsync();

        (await start.Should().ThrowAsync<SidecarStartException>()).Which.Errors.Should().ContainSingle()
            .Which.Should().Contain("metadata 'secretsFile'").And.Contain("whose secret 'db' has the name 'a:b' twice").And.NotContain("cannot be read");
    }

    [Fact]
    public async Task Get_WithinScopes_GivesOnlyWhatIsAllowed()
    {
        await using var sidecar = await StartFileStoreAsync("""
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata:
              name: c
            spec:
              secrets:
                scopes:
                  - storeName: sec
                    defaultAccess: deny
                    allowedSecrets: [k]
            """);

        (await sidecar.Client.GetAsync("v1.0/secrets/sec/k")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await sidecar.Client.GetAsync("v1.0/secrets/sec/number")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var all = await sidecar.Client.GetFromJsonAsync<Dictionary<string, JsonElement>>("v1.0/secrets/sec/bulk");
        all!.Keys.Should().Equal("k");
    }

    [Fact]
    public async Task Get_FromEnvironment_NeverGivesDaprsOwn()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            options => options with
            {
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["A"] = "1", ["APP_API_TOKEN"] = "t", ["DAPR_API_TOKEN"] = "t" },
            },
            [EnvironmentStore]);

        (await sidecar.Client.GetStringAsync("v1.0/secrets/env/A")).Should().Be("{\"A\":\"1\"}");
        (await sidecar.Client.GetStringAsync("v1.0/secrets/env/APP_API_TOKEN")).Should().Be("{\"APP_API_TOKEN\":\"\"}");
        (await sidecar.Client.GetStringAsync("v1.0/secrets/env/NOT_SET")).Should().Be("{\"NOT_SET\":\"\"}");
        (await sidecar.Client.GetStringAsync("v1.0/secrets/env/bulk")).Should().Be("{\"A\":{\"A\":\"1\"}}");
    }

    [Fact]
    public async Task Get_UnknownStore_IsUnauthorizedAndWithoutStoresAFault()
    {
        await using var one = await TestSidecar.StartAsync(options => options, [EnvironmentStore]);
        await using var none = await TestSidecar.StartAsync(options => options);

        (await one.Client.GetAsync("v1.0/secrets/nope/k")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        using var response = await none.Client.GetAsync("v1.0/secrets/nope/k");
        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await response.Content.ReadAsStringAsync()).Should().Contain("ERR_SECRET_STORES_NOT_CONFIGURED");
    }

    [Fact]
    public async Task Get_UnderAPolicy_IsRetriedAndOpensTheBreaker()
    {
        await using var sidecar = await StartFileStoreAsync(resources: """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata:
              name: r
            spec:
              policies:
                circuitBreakers:
                  cb: {maxRequests: 1, timeout: 60s, trip: consecutiveFailures > 1}
              targets:
                components:
                  sec: {outbound: {circuitBreaker: cb}}
            """);

        for (var i = 0; i < 2; i++)
        {
            (await ReadAsync("v1.0/secrets/sec/missing")).Should().Contain("failed getting secret with key missing from secret store sec: secret missing not found");
        }

        (await ReadAsync("v1.0/secrets/sec/k")).Should().Contain("failed getting secret with key k from secret store sec: circuit breaker is open");
        (await ReadAsync("v1.0/secrets/sec/bulk")).Should().Contain("circuit breaker is open");

        async Task<string> ReadAsync(string path)
        {
            using var response = await sidecar.Client.GetAsync(path);
            response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
            return await response.Content.ReadAsStringAsync();
        }
    }

    private static Task<TestSidecar> StartFileStoreAsync(string? configuration = null, params string[] resources) => StartAsync(FileStore, configuration, resources);

    private static async Task<TestSidecar> StartAsync(string store, string? configuration, params string[] resources)
    {
        var sidecar = TestSidecar.Create(options => options, [store, .. resources], configuration);
        await File.WriteAllTextAsync(Path.Combine(sidecar.Folder, "secrets.json"), """{"k":"v","number":5,"big":12345678901234567890,"flag":true,"nothing":null,"nested":{"a":{"b":"deep"}},"list":["p","q"],"a/b":"slash","with blank":"y"}""");
        await sidecar.StartAsync();
        return sidecar;
    }
}
