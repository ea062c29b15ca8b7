using System.Text.Json.Nodes;
using Npgsql;
using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.State;

/// <summary>The alpha query API on <c>state.postgresql</c> v1, the one store here that has it.</summary>
public sealed class StateQueryTests(StateQueryTests.Store store) : IClassFixture<StateQueryTests.Store>
{
    private RunningSidecar Sidecar => store.Sidecar;

    [Theory]
    [InlineData("""{"filter":{"EQ":{"name":"ann"}}}""", "ann")]
    [InlineData("""{"filter":{"EQ":{"home.city":"Rome"}},"sort":[{"key":"name"}]}""", "bob eve")]
    [InlineData("""{"filter":{"EQ":{"age":10.0}}}""", "bob")]
    [InlineData("""{"filter":{"EQ":{"age":"10"}}}""", "bob")]
    [InlineData("""{"filter":{"EQ":{"vip":true}}}""", "ann")]
    [InlineData("""{"filter":{"NEQ":{"vip":true}}}""", "bob")]
    [InlineData("""{"filter":{"GT":{"age":9}},"sort":[{"key":"age","order":"desc"}]}""", "eve bob")]
    [InlineData("""{"filter":{"AND":[{"GTE":{"age":9}},{"LTE":{"age":10}}]},"sort":[{"key":"age"}]}""", "ann bob")]
    [InlineData("""{"filter":{"OR":[{"LT":{"age":10}},{"IN":{"name":["eve","nobody"]}}]},"sort":[{"key":"age"}]}""", "ann eve")]
    [InlineData("""{"filter":{},"sort":[{"key":"home.city","order":"DESC"},{"key":"age","order":"ASC"}],"page":{"limit":4,"token":"1"}}""", "bob eve ann")]
    [InlineData("""{"sort":[{"key":"age"}],"page":{"limit":2}}""", "ann bob")]
    [InlineData("""{"filter":{"EQ":{"it's":"ann"}}}""", "")]
    public async Task Query_ByFilterOrderAndPage_FindsInOrder(string query, string keys)
    {
        var answer = await Sidecar.SendAsync("POST", "/v1.0-alpha1/state/pg/query", query);

        answer.Status.Should().Be(keys.Length == 0 ? 204 : 200);
        var found = keys.Length == 0 ? [] : JsonNode.Parse(answer.Body)!["results"]!.AsArray().Select(row => (string)row!["key"]!);
        string.Join(' ', found).Should().Be(keys);
    }

    [Fact]
    public async Task Query_Page_TellsDataETagAndWhereTheNextBegins()
    {
        var answer = await Sidecar.SendAsync("PUT", "/v1.0-alpha1/state/pg/query", """{"filter":{"EQ":{"name":"<x>"}},"page":{"limit":1}}""");

        answer.Response.Content.Headers.ContentType!.ToString().Should().Be("application/json");
        answer.Body.Should().MatchRegex("""^\{"results":\[\{"key":"\\u003Cx\\u003E","data":\{"name":"\\u003cx\\u003e"\},"etag":"\d+"\}\],"token":"1"\}\n$""");
    }

    [Theory]
    [InlineData("x", "failed to parse JSON query body: invalid character 'x' looking for beginning of value")]
    [InlineData("", "failed to parse JSON query body: unexpected end of JSON input")]
    [InlineData("[]", "failed to parse JSON query body: json: cannot unmarshal array into Go value of type query.QueryFields")]
    [InlineData("""{"filter":5}""", "failed to parse JSON query body: json: cannot unmarshal number into Go struct field QueryFields.filter of type map[string]interface {}")]
    [InlineData("""{"page":{"limit":"1"}}""", "failed to parse JSON query body: json: cannot unmarshal string into Go struct field Pagination.page.limit of type int")]
    [InlineData("""{"filter":{"EQ":{"a":1},"NEQ":{"a":2}}}""", "failed to parse JSON query body: filter unit must have a single element")]
    [InlineData("""{"filter":{"LIKE":{"a":1}}}""", "failed to parse JSON query body: unsupported filter \\\"LIKE\\\"")]
    [InlineData("""{"filter":{"EQ":5}}""", "failed to parse JSON query body: EQ filter must be a map")]
    [InlineData("""{"filter":{"EQ":{}}}""", "failed to parse JSON query body: EQ filter must contain a single key/value pair")]
    [InlineData("""{"filter":{"IN":{"a":1}}}""", "failed to parse JSON query body: IN filter value must be an array")]
    [InlineData("""{"filter":{"AND":[{"EQ":{"a":1}}]}}""", "failed to parse JSON query body: AND filter must contain at least two entries")]
    [InlineData("""{"filter":{"OR":{}}}""", "failed to parse JSON query body: OR filter must be an array")]
    [InlineData("""{"filter":{"IN":{"a":[]}}}""", "empty IN operator for key \\\"a\\\"")]
    [InlineData("""{"filter":{"GT":{"a":"b"}}}""", "unsupported type of value b; string type not permitted")]
    [InlineData("""{"page":{"token":"x"}}""", """strconv.ParseInt: parsing \"x\": invalid syntax""")]
    [InlineData("""{"sort":[{"key":"a","order":"; DROP TABLE state"}]}""", "ERROR: syntax error at or near")]
    public async Task Query_ThatIsNone_Is500WithTheReason(string query, string reason)
    {
        var answer = await Sidecar.SendAsync("POST", "/v1.0-alpha1/state/pg/query", query);

        answer.Status.Should().Be(500);
        answer.Body.Replace("\\u0027", "'", StringComparison.Ordinal).Replace("\\u0022", "\\\"", StringComparison.Ordinal)
            .Should().Contain("\"errorCode\":\"ERR_STATE_QUERY\"").And.Contain($"state store pg query failed: {reason}");
    }

    [Fact]
    public async Task Query_ValueNestedDeeply_IsFoundAsSaved()
    {
        await using var sidecar = await store.StartAsync("deep");
        var value = new string('[', 70) + new string(']', 70);
        await sidecar.SendAsync("POST", "/v1.0/state/pg", $$"""[{"key":"k","value":{{value}}}]""");

        var answer = await sidecar.SendAsync("POST", "/v1.0-alpha1/state/pg/query", "{}");

        answer.Status.Should().Be(200);
        answer.Body.Should().Contain($"\"data\":{value},");
    }

    [Fact]
    public async Task Query_PagesOfValuesThatSortAlike_ListEachOnce()
    {
        await using var sidecar = await store.StartAsync("ties");
        foreach (var key in "hgfedcba")
        {
            await sidecar.SendAsync("POST", "/v1.0/state/pg", $$$"""[{"key":"{{{key}}}","value":{"same":1}}]""");
        }

        (await PageAsync("")).Should().Be("a b c");
        (await PageAsync("3")).Should().Be("d e f");
        (await PageAsync("6")).Should().Be("g h");

        async Task<string> PageAsync(string token)
        {
            var answer = await sidecar.SendAsync("POST", "/v1.0-alpha1/state/pg/query", $$$"""{"sort":[{"key":"same"}],"page":{"limit":3,"token":"{{{token}}}"}}""");
            return string.Join(' ', JsonNode.Parse(answer.Body)!["results"]!.AsArray().Select(row => (string)row!["key"]!));
        }
    }

    [Theory]
    [InlineData("""{"EQ":{"v":null}}""", "none")]
    [InlineData("""{"NEQ":{"v":null}}""", "one text")]
    [InlineData("""{"IN":{"v":[null,1]}}""", "none one")]
    public async Task Query_ForNull_TellsItFromValues(string filter, string keys)
    {
        await using var sidecar = await store.StartAsync("nulls");
        await sidecar.SendAsync("POST", "/v1.0/state/pg", """[{"key":"none","value":{"v":null}},{"key":"one","value":{"v":1}},{"key":"text","value":{"v":"null"}},{"key":"without","value":{}}]""");

        var answer = await sidecar.SendAsync("POST", "/v1.0-alpha1/state/pg/query", $$"""{"filter":{{filter}}}""");

        string.Join(' ', JsonNode.Parse(answer.Body)!["results"]!.AsArray().Select(row => (string)row!["key"]!)).Should().Be(keys);
    }

    [Fact]
    public async Task Query_OfAnotherApp_FindsItsOwnOnly()
    {
        await using var other = await store.StartAsync("other");
        await other.SendAsync("POST", "/v1.0/state/pg", """[{"key":"ann","value":{"name":"ann","mine":1}}]""");

        var answer = await other.SendAsync("POST", "/v1.0-alpha1/state/pg/query", """{"filter":{"EQ":{"name":"ann"}}}""");

        JsonNode.Parse(answer.Body)!["results"]!.AsArray().Should().ContainSingle().Which!["data"]!["mine"]!.GetValue<int>().Should().Be(1);
    }

    /// <summary>A store with values, one of them expired, and one of an actor.</summary>
    public sealed class Store : IAsyncLifetime
    {
        private PostgresDatabase _database = null!;

        internal RunningSidecar Sidecar { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _database = await PostgresDatabase.CreateAsync();
            Sidecar = await StartAsync("app");
            await Sidecar.SendAsync("POST", "/v1.0/state/pg", """
                [{"key":"ann","value":{"name":"ann","age":9,"home":{"city":"Oslo"},"vip":true}},
                 {"key":"bob","value":{"name":"bob","age":10,"home":{"city":"Rome"},"vip":false}},
                 {"key":"eve","value":{"name":"eve","age":100,"home":{"city":"Rome"}}},
                 {"key":"<x>","value":{"name":"<x>"}},
                 {"key":"gone","value":{"name":"gone","age":11}},
                 {"key":"actor","value":{"name":"actor","age":12}}]
                """);
            await using var connection = new NpgsqlConnection(_database.ConnectionString);
            await connection.OpenAsync();
            await using var change = new NpgsqlCommand("UPDATE state SET expiredate = now() WHERE key = 'app||gone'; UPDATE state SET key = 'app||type||id||actor' WHERE key = 'app||actor'", connection);
            await change.ExecuteNonQueryAsync();
        }

        public async Task DisposeAsync()
        {
            await Sidecar.DisposeAsync();
            await _database.DisposeAsync();
        }

        internal Task<RunningSidecar> StartAsync(string appId) =>
            RunningSidecar.StartAsync(new RunScope(), appId, null, RunningSidecar.Component("pg", "state.postgresql", ("connectionString", _database.KeyValueConnectionString)));
    }
}
