using Sidecar.State;
using Sidecar.State.PostgreSql;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.State;

public sealed class PostgreSqlV1StateStoreTests(PostgreSqlFixture fixture) : StateStoreContract, IClassFixture<PostgreSqlFixture>
{
    [Fact]
    public async Task Set_ETagThatIsNoNumber_IsInvalid()
    {
        (await SetAsync("k", "1", "abc"))!.Kind.Should().Be(StateFailureKind.ETagInvalid);
    }

    private protected override Task<IStateStore> CreateAsync() =>
        Task.FromResult<IStateStore>(new PostgreSqlStateStore(Spec("state.postgresql", "v1", ("url", fixture.Database.KeyValueConnectionString)), TestContext.Component()));
}
