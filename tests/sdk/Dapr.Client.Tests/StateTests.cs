using System.Text;

namespace Dapr.Client.Tests;

public sealed class StateTests : ClientTest
{
    [Fact]
    public async Task GetState_StoredValue_IsRead()
    {
        sidecar.Answer(200, """{"name":"Ann"}""", ("ETag", "7"));

        var (value, etag) = await client.GetStateAndETagAsync<Person>("st", "a/b c", ConsistencyMode.Strong, new Dictionary<string, string> { ["x"] = "1" });

        (value, etag).Should().Be((new Person("Ann"), "7"));
        Only.Line.Should().Be("GET /v1.0/state/st/a%2Fb%20c?consistency=strong&metadata.x=1");
        Only.Headers["dapr-api-token"].Should().Be("secret");
        Only.Headers["User-Agent"].Should().StartWith("dapr-sdk-dotnet/v");
    }

    [Fact]
    public async Task GetState_MissingKey_IsTheDefault()
    {
        (await client.GetStateAsync<Person?>("st", "k")).Should().BeNull();
        (await client.GetStateAsync<int>("st", "k")).Should().Be(0);
        (await client.GetStateAndETagAsync<int>("st", "k")).etag.Should().BeEmpty();
        (await client.GetByteStateAsync("st", "k")).Length.Should().Be(0);
    }

    [Fact]
    public async Task GetState_OtherJson_IsADaprException()
    {
        sidecar.Answer(200, "{bad");

        var thrown = await client.Invoking(it => it.GetStateAsync<Person>("st", "k")).Should().ThrowAsync<DaprException>();

        thrown.Which.InnerException.Should().BeOfType<System.Text.Json.JsonException>();
    }

    [Fact]
    public async Task GetState_SidecarsError_IsADaprExceptionWithItsCode()
    {
        sidecar.Answer(400, """{"errorCode":"ERR_STATE_STORE_NOT_FOUND","message":"state store st is not found"}""");

        var thrown = await client.Invoking(it => it.GetStateAsync<Person>("st", "k")).Should().ThrowAsync<DaprException>().WithMessage("*state store st is not found*");

        thrown.Which.InnerException.Should().BeOfType<DaprApiException>().Which.ErrorCode.Should().Be("ERR_STATE_STORE_NOT_FOUND");
    }

    [Fact]
    public async Task GetState_NobodyListening_IsADaprException()
    {
        using var nobody = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{FreePort.Next()}").Build();

        var thrown = await nobody.Invoking(it => it.GetStateAsync<int>("st", "k")).Should().ThrowAsync<DaprException>();

        thrown.Which.InnerException.Should().BeOfType<HttpRequestException>();
    }

    [Fact]
    public async Task GetState_Cancelled_IsCancelled()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await client.Invoking(it => it.GetStateAsync<int>("st", "k", cancellationToken: source.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task SaveState_WithOptions_SendsThem()
    {
        var options = new StateOptions { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Eventual };

        await client.SaveStateAsync("st", "k", new Person("Ann"), options, new Dictionary<string, string> { ["ttlInSeconds"] = "5" });

        Only.Line.Should().Be("POST /v1.0/state/st");
        Only.Headers["Content-Type"].Should().Be("application/json");
        Only.Body.Should().Be("""[{"key":"k","value":{"name":"Ann"},"options":{"concurrency":"first-write","consistency":"eventual"},"metadata":{"ttlInSeconds":"5"}}]""");
    }

    [Theory]
    [InlineData(204, true)]
    [InlineData(409, false)]
    public async Task TrySaveState_Etag_TellsWhetherItWasCurrent(int status, bool expected)
    {
        sidecar.Answer(status, """{"errorCode":"ERR_STATE_SAVE","message":"possible etag mismatch"}""");

        (await client.TrySaveStateAsync("st", "k", 1, "7")).Should().Be(expected);

        Only.Body.Should().Be("""[{"key":"k","value":1,"etag":"7"}]""");
    }

    [Fact]
    public async Task TrySaveState_OtherError_Throws()
    {
        sidecar.Answer(500, """{"errorCode":"ERR_STATE_SAVE","message":"down"}""");

        await client.Invoking(it => it.TrySaveStateAsync("st", "k", 1, "7")).Should().ThrowAsync<DaprException>();
        await client.Invoking(it => it.TrySaveStateAsync("st", "k", 1, null!)).Should().ThrowAsync<ArgumentNullException>();
    }

    [Fact]
    public async Task SaveState_Conflict_Throws()
    {
        sidecar.Answer(409, """{"errorCode":"ERR_STATE_SAVE","message":"possible etag mismatch"}""");

        await client.Invoking(it => it.SaveStateAsync("st", "k", 1)).Should().ThrowAsync<DaprException>();
    }

    [Theory]
    [InlineData(204, true)]
    [InlineData(409, false)]
    public async Task TryDeleteState_Etag_IsSentAsIfMatch(int status, bool expected)
    {
        sidecar.Answer(status);

        (await client.TryDeleteStateAsync("st", "k", "7", new StateOptions { Concurrency = ConcurrencyMode.LastWrite })).Should().Be(expected);

        Only.Line.Should().Be("DELETE /v1.0/state/st/k?concurrency=last-write");
        Only.Headers["If-Match"].Should().Be("7");
    }

    [Fact]
    public async Task GetBulkState_SomeMissing_AreDefaults()
    {
        sidecar.Answer(200, """[{"key":"a","data":{"name":"Ann"},"etag":"1"},{"key":"zz"}]""");

        var items = await client.GetBulkStateAsync<Person?>("st", ["a", "zz"], parallelism: 2);
        var texts = await client.GetBulkStateAsync("st", ["a", "zz"], parallelism: null);

        items.Select(item => (item.Key, item.Value, item.ETag)).Should().Equal(("a", new Person("Ann"), "1"), ("zz", null, string.Empty));
        texts.Select(item => item.Value).Should().Equal("""{"name":"Ann"}""", string.Empty);
        sidecar.Requests.First().Body.Should().Be("""{"keys":["a","zz"],"parallelism":2}""");
        await client.Invoking(it => it.GetBulkStateAsync("st", [], null)).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task BulkWrites_Always_SendEachItem()
    {
        await client.SaveBulkStateAsync("st", [new SaveStateItem<int>("a", 1, "7"), new SaveStateItem<int>("b", 2, null!)]);
        await client.DeleteBulkStateAsync("st", [new BulkDeleteStateItem("a", "7"), new BulkDeleteStateItem("b", null!)]);

        sidecar.Requests.First().Body.Should().Be("""[{"key":"a","value":1,"etag":"7"},{"key":"b","value":2}]""");
        sidecar.Requests.Skip(1).Select(request => request.Line).Should().Equal("DELETE /v1.0/state/st/a", "DELETE /v1.0/state/st/b");
    }

    [Fact]
    public async Task ExecuteStateTransaction_Operations_AreSentTogether()
    {
        await client.ExecuteStateTransactionAsync(
            "st",
            [
                new StateTransactionRequest("a", Encoding.UTF8.GetBytes("{\"n\":1}"), StateOperationType.Upsert, "3"),
                new StateTransactionRequest("b", null, StateOperationType.Delete),
            ],
            new Dictionary<string, string> { ["m"] = "1" });

        Only.Line.Should().Be("POST /v1.0/state/st/transaction");
        Only.Body.Should().Be("""{"operations":[{"operation":"upsert","request":{"key":"a","value":{"n":1},"etag":"3"}},{"operation":"delete","request":{"key":"b"}}],"metadata":{"m":"1"}}""");
    }

    [Fact]
    public async Task SaveByteState_JsonBytes_ComeBackAsTheyAre()
    {
        await client.SaveByteStateAsync("st", "k", Encoding.UTF8.GetBytes("[1,2]"));
        sidecar.Answer(200, "[1,2]", ("ETag", "1"));
        var (bytes, etag) = await client.GetByteStateAndETagAsync("st", "k");

        sidecar.Requests.First().Body.Should().Be("""[{"key":"k","value":[1,2]}]""");
        (Encoding.UTF8.GetString(bytes.Span), etag).Should().Be(("[1,2]", "1"));
        await client.Invoking(it => it.SaveByteStateAsync("st", "k", new byte[] { 255 })).Should().ThrowAsync<NotSupportedException>();
    }

    [Fact]
    public async Task StateEntry_Saving_ComparesOnlyWhenTrying()
    {
        sidecar.Answer(200, "1", ("ETag", "7"));
        var entry = await client.GetStateEntryAsync<int>("st", "k");
        entry.Value = 2;

        await entry.SaveAsync();
        (await entry.TrySaveAsync()).Should().BeTrue();

        sidecar.Requests.Skip(1).Select(request => request.Body).Should().Equal("""[{"key":"k","value":2}]""", """[{"key":"k","value":2,"etag":"7"}]""");
    }

    [Fact]
    public async Task QueryState_UnreadableKey_IsAStateQueryException()
    {
        sidecar.Answer(200, """{"results":[{"key":"a","data":1,"etag":"1"},{"key":"b","error":"bad"}],"token":"2"}""");

        var thrown = await client.Invoking(it => it.QueryStateAsync<int>("st", "{}")).Should().ThrowAsync<StateQueryException<int>>();

        thrown.Which.FailedKeys.Should().Equal("b");
        thrown.Which.Response.Results.Should().ContainSingle(item => item.Key == "a" && item.Data == 1);
    }

    private sealed record Person(string Name);
}
