using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Redis;

namespace Sidecar.Tests.Redis;

public sealed class RedisClientTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private RedisClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _client = new RedisClient(_server.Options, NullLogger.Instance, TimeProvider.System);
        await _client.ConnectAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task ExecuteAsync_TenThousandAtOnce_EachGetsItsOwnReply()
    {
        // Off the runner's synchronization context, which starts a thread for every continuation.
        var replies = await Task.Run(() => Task.WhenAll(Enumerable.Range(0, 10_000).Select(i => Run("ECHO", i))));

        replies.Select(reply => reply.AsText()).Should().Equal(Enumerable.Range(0, 10_000).Select(i => i.ToString()));
    }

    [Fact]
    public async Task ExecuteAsync_NoRoomWithinTheDeadline_FailsAloneAndKeepsTheConnection()
    {
        await using var connection = await RedisConnection.OpenAsync(_server.Options with { MaxPending = 1 }, TimeProvider.System, CancellationToken.None);
        var slow = connection.ExecuteAsync(RedisCommand.Of("BLPOP", "empty", "0.5"), TimeSpan.FromSeconds(10), CancellationToken.None);

        var act = () => connection.ExecuteAsync(RedisCommand.Of("PING"), TimeSpan.FromMilliseconds(50), CancellationToken.None);

        await act.Should().ThrowAsync<RedisTimeoutException>().WithMessage("*not sent*");
        (await slow).IsNull.Should().BeTrue("the connection was not given up for a command that never left");
    }

    [Fact]
    public async Task ExecuteAsync_BinaryValueOfOneMegabyte_ComesBackUnchanged()
    {
        var value = new byte[1024 * 1024];
        new Random(7).NextBytes(value);

        await Run("SET", "blob", value);

        (await Run("GET", "blob")).Bytes.Should().Equal(value);
    }

    [Fact]
    public async Task ExecuteAsync_ErrorReply_ThrowsAndKeepsTheConnection()
    {
        await Run("SET", "s", "x");

        var act = () => Run("HGETALL", "s");

        (await act.Should().ThrowAsync<RedisServerException>()).Which.Code.Should().Be("WRONGTYPE");
        (await Run("GET", "s")).AsText().Should().Be("x");
    }

    [Fact]
    public async Task ConnectAsync_WrongPassword_ThrowsTheServersAnswer()
    {
        await using var client = new RedisClient(_server.Options with { Password = "wrong" }, NullLogger.Instance, TimeProvider.System);

        var act = () => client.ConnectAsync(CancellationToken.None);

        (await act.Should().ThrowAsync<RedisServerException>()).Which.Code.Should().Be("WRONGPASS");
    }

    [Fact]
    public async Task ConnectAsync_NobodyListens_ThrowsNamingTheAddress()
    {
        var port = FreePort.Next();
        await using var client = new RedisClient(_server.Options with { Port = port }, NullLogger.Instance, TimeProvider.System);

        var act = () => client.ConnectAsync(CancellationToken.None);

        (await act.Should().ThrowAsync<RedisConnectionException>()).WithMessage($"*127.0.0.1:{port}*");
    }

    [Fact]
    public async Task ExecuteAsync_ServerKilledAndRestarted_WorksAgainAndNamesTheProblemMeanwhile()
    {
        await _server.KillAsync();
        await Eventually.TrueAsync(() => _client.Problem is not null, "the loss is noticed");
        var waiting = Run("PING");

        await _server.RestartAsync();

        (await waiting).AsText().Should().Be("PONG", "a command that was never sent waits for the next connection");
        _client.Problem.Should().BeNull();
    }

    [Fact]
    public async Task ExecuteAsync_ServerStaysDown_FailsAtItsDeadline()
    {
        await _server.KillAsync();
        await Eventually.TrueAsync(() => _client.Problem is not null, "the loss is noticed");

        var act = () => _client.ExecuteAsync(RedisCommand.Of("PING"), TimeSpan.FromMilliseconds(100), CancellationToken.None);

        await act.Should().ThrowAsync<RedisConnectionException>();
    }

    [Fact]
    public async Task ExecuteAsync_NoAnswerWithinTheDeadline_TimesOutAndReconnects()
    {
        var act = () => _client.ExecuteAsync(RedisCommand.Of("BLPOP", "empty", 0), TimeSpan.FromMilliseconds(100), CancellationToken.None);

        await act.Should().ThrowAsync<RedisTimeoutException>();
        (await Run("PING")).AsText().Should().Be("PONG");
    }

    [Fact]
    public async Task Script_ServerForgotIt_IsLoadedAgain()
    {
        var script = new RedisScript("return KEYS[1] .. ARGV[1]");
        await script.ExecuteAsync(_client, ["a"], ["b"], CancellationToken.None);
        await Run("SCRIPT", "FLUSH");

        (await script.ExecuteAsync(_client, ["a"], ["c"], CancellationToken.None)).AsText().Should().Be("ac");
    }

    [Theory]
    [InlineData("GET", false)]
    [InlineData("EVALSHA", true)]
    public async Task ExecuteAsync_ConnectionBreaksBeforeTheReply_RepeatsWhatMayBeRepeated(string name, bool isRepeatable)
    {
        await using var server = new BreakingRedis((command, time) => command == name && time <= 2);
        await using var client = await ConnectAsync(server);
        var command = RedisCommand.Of(name, "k");

        await client.ExecuteAsync(isRepeatable ? command.Repeatable(true) : command, CancellationToken.None);

        server.Received(name).Should().Be(3);
    }

    [Theory]
    [InlineData("XADD")]
    [InlineData("SET")]
    [InlineData("EVALSHA")]
    public async Task ExecuteAsync_ConnectionBreaksBeforeTheReply_SendsNothingTwiceThatMayHaveBeenDone(string name)
    {
        await using var server = new BreakingRedis((command, _) => command == name);
        await using var client = await ConnectAsync(server);

        var act = () => client.ExecuteAsync(RedisCommand.Of(name, "k"), CancellationToken.None);

        (await act.Should().ThrowAsync<RedisConnectionException>()).Which.Sent.Should().BeTrue();
        (await client.ExecuteAsync(RedisCommand.Of("PING"), CancellationToken.None)).AsText().Should().Be("OK");
        server.Received(name).Should().Be(1);
    }

    [Fact]
    public async Task ExecuteAsync_ConnectionBreaksEveryTime_GivesUpWithTheCause()
    {
        await using var server = new BreakingRedis((command, _) => command == "GET");
        await using var client = await ConnectAsync(server);

        var act = () => client.ExecuteAsync(RedisCommand.Of("GET", "k"), CancellationToken.None);

        await act.Should().ThrowAsync<RedisConnectionException>().WithMessage("lost the connection to redis at *");
        server.Received("GET").Should().Be(4);
    }

    private static async Task<RedisClient> ConnectAsync(BreakingRedis server)
    {
        var client = new RedisClient(server.Options, NullLogger.Instance, TimeProvider.System);
        await client.ConnectAsync(CancellationToken.None);
        return client;
    }

    private Task<RedisReply> Run(string name, params RedisArgument[] arguments) => _client.ExecuteAsync(RedisCommand.Of(name, arguments), CancellationToken.None);
}
