using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Schedules;
using Sidecar.Tests.State;

namespace Sidecar.Tests.Schedules;

public sealed class InMemoryScheduleStoreTests : ScheduleStoreContract
{
    private protected override Task<IScheduleStore> OpenAsync() => Task.FromResult<IScheduleStore>(new InMemoryScheduleStore());
}

public sealed class PostgreSqlScheduleStoreTests(PostgreSqlFixture fixture) : ScheduleStoreContract, IClassFixture<PostgreSqlFixture>
{
    [Fact]
    public async Task Own_TargetOfAnotherProcess_ComesOverWhenThatOneEnds()
    {
        await using var second = await OpenAsync();
        await using (var first = await OpenAsync())
        {
            (await first.OwnAsync([Target], default)).Should().Equal(Target);
            (await second.OwnAsync([Target], default)).Should().BeEmpty();
        }

        // The server ends the closed session, and with it the lock, in its own time.
        await Eventually.TrueAsync(async () => (await second.OwnAsync([Target], default)).SequenceEqual([Target]), "the second owns the target");
    }

    private protected override async Task<IScheduleStore> OpenAsync()
    {
        var store = new PostgreSqlScheduleStore(fixture.Database.ConnectionString, "store");
        await store.StartAsync(default);
        return store;
    }
}

public sealed class RedisScheduleStoreTests : ScheduleStoreContract
{
    [Fact]
    public async Task Own_TargetOfAnotherProcess_ComesOverWhenThatOneEnds()
    {
        await using var second = await OpenAsync();
        await using (var first = await OpenAsync())
        {
            (await first.OwnAsync([Target], default)).Should().Equal(Target);
            (await second.OwnAsync([Target], default)).Should().BeEmpty();
        }

        (await second.OwnAsync([Target], default)).Should().Equal(Target);
    }

    private protected override async Task<IScheduleStore> OpenAsync()
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["redisHost"] = TestServers.RedisHost, ["redisPassword"] = TestServers.RedisPassword };
        var store = new RedisScheduleStore(new ComponentSpec("store", "state.redis", "v1", metadata, "store.yaml"), NullLogger<RedisScheduleStore>.Instance, Guid.NewGuid, TimeProvider.System);
        await store.StartAsync(default);
        return store;
    }
}
