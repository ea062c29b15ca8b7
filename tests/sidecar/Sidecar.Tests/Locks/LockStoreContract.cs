using Sidecar.Locks;

namespace Sidecar.Tests.Locks;

/// <summary>What every lock store must do.</summary>
public abstract class LockStoreContract : IAsyncLifetime
{
    private ILockStore _store = null!;

    private protected string Key { get; } = $"lock-{Guid.NewGuid():N}";

    public async Task InitializeAsync()
    {
        _store = Create();
        await _store.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task TryLock_TakenByAnother_FailsUntilItsOwnerUnlocks()
    {
        (await TryLockAsync("one")).Should().BeTrue();

        (await TryLockAsync("two")).Should().BeFalse();
        (await UnlockAsync("one")).Should().Be(UnlockStatus.Success);
        (await TryLockAsync("two")).Should().BeTrue();
    }

    [Fact]
    public async Task TryLock_OwnLock_IsNotTakenTwice()
    {
        await TryLockAsync("one");

        (await TryLockAsync("one")).Should().BeFalse();
    }

    [Fact]
    public async Task TryLock_FromManySides_ExactlyOneGetsIt()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => TryLockAsync($"owner-{i}")));

        results.Count(taken => taken).Should().Be(1);
    }

    [Fact]
    public async Task TryLock_AfterTheExpiry_GetsTheLockAndTheOldOwnerCannotUnlock()
    {
        await TryLockAsync("one", 1);

        await Eventually.TrueAsync(() => TryLockAsync("two"), "the lock expires");

        (await UnlockAsync("one")).Should().Be(UnlockStatus.LockBelongsToOthers);
    }

    [Fact]
    public async Task Unlock_NobodysLock_DoesNotExist() => (await UnlockAsync("one")).Should().Be(UnlockStatus.LockDoesNotExist);

    private protected abstract ILockStore Create();

    private Task<bool> TryLockAsync(string owner, int seconds = 60) => _store.TryLockAsync(Key, owner, TimeSpan.FromSeconds(seconds), CancellationToken.None);

    private Task<UnlockStatus> UnlockAsync(string owner) => _store.UnlockAsync(Key, owner, CancellationToken.None);
}
