using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Components;
using Sidecar.Redis;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.State;

public sealed class StateEncryptionTests
{
    private const string Old = "00112233445566778899aabbccddeeff";
    private const string New = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
    private const string ByName = "secretKeyRef: { name: OLD, key: OLD }";

    private const string Encrypted = @"^[A-Za-z0-9+/=]{40,}\|\|OLD$";

    private const string Secrets = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: env }
        spec: { type: secretstores.local.env, version: v1 }
        """;

    private readonly string _prefix = $"enc{Guid.NewGuid():N}";

    [Fact]
    public async Task Save_StoreWithAKey_KeepsNothingReadableAndAnswersAsWithout()
    {
        await using var sidecar = await StartAsync();
        await sidecar.SendAsync("POST", "/v1.0/state/enc", """[{"key":"s","value":"a word"},{"key":"o","value":{"n":12345678901234567890}}]""");
        await sidecar.SendAsync("POST", "/v1.0/state/enc/transaction", """{"operations":[{"operation":"upsert","request":{"key":"t","value":[true]}},{"operation":"delete","request":{"key":"none"}}]}""");

        (await sidecar.SendAsync("GET", "/v1.0/state/enc/s")).Body.Should().Be("\"a word\"");
        (await sidecar.SendAsync("GET", "/v1.0/state/enc/t")).Body.Should().Be("[true]");
        (await sidecar.SendAsync("POST", "/v1.0/state/enc/bulk", """{"keys":["o","none"]}""")).Body
            .Should().Be("[{\"key\":\"o\",\"data\":{\"n\":12345678901234567890},\"etag\":\"1\"},{\"key\":\"none\"}]\n");
        foreach (var key in new[] { "s", "o", "t" })
        {
            (await sidecar.SendAsync("GET", $"/v1.0/state/raw/{key}")).Body.Should().MatchRegex(Encrypted);
        }
    }

    [Fact]
    public async Task Save_SameValueTwice_IsNotTheSameInTheStore()
    {
        await using var sidecar = await StartAsync();
        await sidecar.SendAsync("POST", "/v1.0/state/enc", """[{"key":"a","value":"x"},{"key":"b","value":"x"}]""");

        (await sidecar.SendAsync("GET", "/v1.0/state/raw/a")).Body.Should().NotBe((await sidecar.SendAsync("GET", "/v1.0/state/raw/b")).Body);
    }

    [Fact]
    public async Task Get_ValueOfTheKeyBefore_IsReadWithTheSecondary()
    {
        await using var sidecar = await StartAsync();
        await sidecar.SendAsync("POST", "/v1.0/state/enc", """[{"key":"a","value":"old"}]""");

        (await sidecar.SendAsync("GET", "/v1.0/state/next/a")).Body.Should().Be("\"old\"");
        await sidecar.SendAsync("POST", "/v1.0/state/next", """[{"key":"a","value":"new"}]""");
        (await sidecar.SendAsync("GET", "/v1.0/state/raw/a")).Body.Should().EndWith("||NEW");
        (await sidecar.SendAsync("GET", "/v1.0/state/enc/a")).Should().Match<(int Status, string Body, HttpResponseMessage)>(
            answer => answer.Status == 500 && answer.Body.Contains("fail to get a from state store enc: could not decrypt data for state store enc: no encryption key named NEW"));
    }

    [Theory]
    [InlineData("plain", "encryption key name not found on record")]
    [InlineData("plain||OLD", "the value is not encrypted")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA||OLD", "cipher: message authentication failed")]
    public async Task Get_ValueThatIsNotOfTheKey_IsAnErrorThatNamesIt(string stored, string problem)
    {
        await using var sidecar = await StartAsync();
        await using var client = await TestContext.RedisAsync();
        await client.ExecuteAsync(RedisCommand.Of("SET", $"{_prefix}||a", stored), CancellationToken.None);

        var one = await sidecar.SendAsync("GET", "/v1.0/state/enc/a");
        var several = await sidecar.SendAsync("POST", "/v1.0/state/enc/bulk", """{"keys":["a"]}""");

        one.Status.Should().Be(500);
        one.Body.Should().Contain("ERR_STATE_GET").And.Contain(problem);
        several.Status.Should().Be(200);
        several.Body.Should().Contain("\"error\":\"").And.Contain(problem).And.NotContain("\"data\"");
    }

    [Fact]
    public async Task SaveState_OverGrpc_IsEncryptedToo()
    {
        await using var sidecar = await StartAsync();
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        var item = new StateItem { Key = "g", Value = ByteString.CopyFromUtf8("a word") };

        await client.CallAsync<SaveStateRequest, Empty>("/dapr.proto.runtime.v1.Dapr/SaveState", new SaveStateRequest { StoreName = "enc", States = { item } });

        var read = await client.CallAsync<GetStateRequest, GetStateResponse>("/dapr.proto.runtime.v1.Dapr/GetState", new GetStateRequest { StoreName = "enc", Key = "g" });
        read.Data.ToStringUtf8().Should().Be("a word");
        (await sidecar.SendAsync("GET", "/v1.0/state/raw/g")).Body.Should().MatchRegex(Encrypted);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Save_OnPostgreSql_KeepsNothingReadableAndAnswersAsWithout(string version)
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var sidecar = await RunningSidecar.StartAsync(
            new SidecarOptions { AppId = "app", Run = new RunScope(), Environment = Environment() },
            Secrets,
            Store("raw", "state.postgresql", version, Connection()),
            Store("enc", "state.postgresql", version, $"{Connection()}, {{ name: primaryEncryptionKey, {ByName} }}"));

        (await sidecar.SendAsync("POST", "/v1.0/state/enc", """[{"key":"o","value":{"n":12345678901234567890}}]""")).Status.Should().Be(204);

        (await sidecar.SendAsync("GET", "/v1.0/state/enc/o")).Body.Should().Be("{\"n\":12345678901234567890}");
        (await sidecar.SendAsync("GET", "/v1.0/state/raw/o")).Body.Should().MatchRegex(Encrypted);

        string Connection() => $"{{ name: connectionString, value: \"{database.KeyValueConnectionString}\" }}";
    }

    [Fact]
    public async Task Query_StoreWithAKey_IsRefused()
    {
        await using var sidecar = await StartAsync();

        (await sidecar.SendAsync("POST", "/v1.0-alpha1/state/enc/query", "{}")).Body.Should().Contain("state store enc query failed: cannot query encrypted store");
    }

    [Theory]
    [InlineData("primaryEncryptionKey", $"value: {Old}", "is no reference to a secret")]
    [InlineData("primaryEncryptionKey", "secretKeyRef: { name: SHORT, key: SHORT }", "has the wrong length")]
    [InlineData("primaryEncryptionKey", "secretKeyRef: { name: WORDS, key: WORDS }", "is not hexadecimal")]
    [InlineData("primaryEncryptionKey", "secretKeyRef: { name: EMPTY, key: EMPTY }", "has no value")]
    [InlineData("primaryEncryptionKey", "value: \"\"", "has no value")]
    [InlineData("primaryEncryptionKey", "value: null", "has no value")]
    [InlineData("primaryEncryptionKey", "envRef: NOT_SET", "has no value")]
    [InlineData("secondaryEncryptionKey", ByName, "stands alone")]
    public async Task Start_KeyThatIsNone_IsRefused(string field, string value, string problem)
    {
        await using var sidecar = TestSidecar.Create(options => options with { Environment = Environment(), StrictResources = false }, [Secrets, $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: mem }
            spec: { type: state.in-memory, version: v1, metadata: [{ name: {{field}}, {{value}} }] }
            auth: { secretStore: env }
            """]);

        var start = () => sidecar.Runtime.StartAsync(CancellationToken.None);

        (await start.Should().ThrowAsync<SidecarStartException>()).Which.Errors.Should().ContainSingle().Which.Should().Contain($"metadata '{field}'").And.Contain(problem);
    }

    private static Dictionary<string, string> Environment() => new(StringComparer.Ordinal)
    {
        ["OLD"] = Old,
        ["NEW"] = New,
        ["SHORT"] = "0011",
        ["WORDS"] = new string('w', 32),
        ["EMPTY"] = "",
    };

    private Task<RunningSidecar> StartAsync() => RunningSidecar.StartAsync(
        new SidecarOptions { AppId = "app", Run = new RunScope(), Environment = Environment() },
        Secrets,
        Store("raw", ""),
        Store("enc", $", {{ name: primaryEncryptionKey, {ByName} }}"),
        Store("next", $", {{ name: primaryEncryptionKey, secretKeyRef: {{ name: NEW, key: NEW }} }}, {{ name: secondaryEncryptionKey, {ByName} }}"));

    private string Store(string name, string keys) => Store(name, "state.redis", "v1", $$"""
        { name: redisHost, value: "{{TestServers.RedisHost}}" }, { name: redisPassword, value: "{{TestServers.RedisPassword}}" }, { name: keyPrefix, value: {{_prefix}} }{{keys}}
        """);

    private static string Store(string name, string type, string version, string metadata) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: {{name}} }
        spec:
          type: {{type}}
          version: {{version}}
          metadata: [{{metadata}}]
        auth: { secretStore: env }
        """;
}
