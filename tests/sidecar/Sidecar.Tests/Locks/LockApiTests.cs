using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Locks;

public sealed class LockApiTests : IAsyncLifetime
{
    private readonly string _app = $"app-{Guid.NewGuid():N}";
    private RunningSidecar _sidecar = null!;

    public async Task InitializeAsync() => _sidecar = await RunningSidecar.StartAsync(
        new RunScope(), _app, null, RunningSidecar.Component("locks", "lock.redis", ("redisHost", TestServers.RedisHost), ("redisPassword", TestServers.RedisPassword)));

    public async Task DisposeAsync() => await _sidecar.DisposeAsync();

    [Fact]
    public async Task Lock_TakenAndUnlocked_AnswersAsDaprDoes()
    {
        (await PostAsync("lock", "{\"resourceId\":\"r\",\"lockOwner\":\"a\",\"expiryInSeconds\":60}")).Should().Be((200, "{\"success\":true}"));
        (await PostAsync("lock", "{\"resource_id\":\"r\",\"lock_owner\":\"b\",\"expiry_in_seconds\":\"60\"}")).Should().Be((200, "{\"success\":false}"));
        (await PostAsync("unlock", "{\"resourceId\":\"r\",\"lockOwner\":\"b\"}")).Should().Be((200, "{\"status\":2}"));
        (await PostAsync("unlock", "{\"resourceId\":\"r\",\"lockOwner\":\"a\"}")).Should().Be((200, "{\"status\":0}"));
        (await PostAsync("unlock", "{\"resourceId\":\"r\",\"lockOwner\":\"a\"}")).Should().Be((200, "{\"status\":1}"));
    }

    [Theory]
    [InlineData("lock", "{\"resourceId\":\"r\",\"lockOwner\":\"o\"}", 400, "ExpiryInSeconds is not positive in lock store locks")]
    [InlineData("lock", "{\"lockOwner\":\"o\",\"expiryInSeconds\":1}", 400, "ResourceId is empty in lock store locks")]
    [InlineData("unlock", "{\"resourceId\":\"r\"}", 400, "LockOwner is empty in lock store locks")]
    [InlineData("lock", "{\"resourceId\":\"a||b\",\"lockOwner\":\"o\",\"expiryInSeconds\":1}", 500, "failed to try acquiring lock: input key/keyPrefix 'a||b' can't contain '||'")]
    [InlineData("unlock", "", 400, "ResourceId is empty in lock store locks")]
    [InlineData("lock", "{bad", 400, "failed deserializing HTTP body: proto: syntax error (line 1:2): invalid value bad")]
    [InlineData("unlock", "[]", 400, "failed deserializing HTTP body: proto: syntax error (line 1:1): unexpected token [")]
    [InlineData("lock", "{\"resourceId\":5}", 400, "failed deserializing HTTP body: proto: (line 1:15): invalid value for string field resourceId: 5")]
    [InlineData("lock", "{\"expiryInSeconds\":1.5}", 400, "failed deserializing HTTP body: proto: (line 1:20): invalid value for int32 field expiryInSeconds: 1.5")]
    [InlineData("lock", " ", 400, "failed deserializing HTTP body: proto: syntax error (line 1:2): unexpected token ")]
    public async Task Lock_WrongRequest_SaysWhatIsWrong(string call, string body, int status, string message)
    {
        var (code, answer) = await PostAsync(call, body);

        code.Should().Be(status);
        answer.Should().Contain($"\"message\":\"{message}\"");
    }

    private async Task<(int Status, string Body)> PostAsync(string call, string body)
    {
        var (status, answer, _) = await _sidecar.SendAsync("POST", $"/v1.0-alpha1/{call}/locks", body);
        return (status, System.Text.RegularExpressions.Regex.Unescape(answer));
    }
}
