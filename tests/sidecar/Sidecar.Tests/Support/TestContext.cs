using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Redis;

namespace Sidecar.Tests.Support;

/// <summary>What components need in a test.</summary>
internal static class TestContext
{
    public static ComponentContext Component(RunScope? run = null, string appId = "app") => new(appId, run ?? new RunScope(), NullLoggerFactory.Instance, TimeProvider.System);

    /// <summary>A connection to the test run's Redis.</summary>
    public static async Task<RedisClient> RedisAsync()
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["redisHost"] = TestServers.RedisHost, ["redisPassword"] = TestServers.RedisPassword };
        var client = new RedisClient(RedisOptions.From(new ComponentSpec("redis", "state.redis", "v1", metadata, "redis.yaml")), NullLogger.Instance, TimeProvider.System);
        await client.ConnectAsync(CancellationToken.None);
        return client;
    }
}
