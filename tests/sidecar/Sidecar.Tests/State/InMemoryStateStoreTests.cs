using Sidecar.State;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.State;

public sealed class InMemoryStateStoreTests : StateStoreContract
{
    [Fact]
    public async Task SameName_InOneRun_IsOneStoreAndInAnotherRunAnother()
    {
        var context = TestContext.Component();
        await using var first = new InMemoryStateStore(Spec("state.in-memory", "v1"), context);
        await using var second = new InMemoryStateStore(Spec("state.in-memory", "v1"), context);
        await using var other = new InMemoryStateStore(Spec("state.in-memory", "v1"), TestContext.Component());

        await first.ApplyAsync(Set("k", "1"), CancellationToken.None);

        (await second.GetAsync(Key("k"), CancellationToken.None)).Should().NotBeNull();
        (await other.GetAsync(Key("k"), CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public async Task Set_ETagOfAMissingKey_SaysSo()
    {
        (await SetAsync("new", "1", "5"))!.Message.Should().Be($"possible etag mismatch. error from state store: state not exist or expired for key={Key("new")}");
    }

    private protected override Task<IStateStore> CreateAsync() => Task.FromResult<IStateStore>(new InMemoryStateStore(Spec("state.in-memory", "v1"), TestContext.Component()));
}
