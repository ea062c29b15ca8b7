using Sidecar.Actors;

namespace Sidecar.Tests.Actors;

public sealed class ActorTurnsTests
{
    private static readonly ActorSettings Reentrant = ActorSettings.Default with { Reentrant = true, MaxStackDepth = 2 };

    [Fact]
    public async Task Enter_WhileAnotherHasTheTurn_WaitsInOrder()
    {
        var turns = new ActorTurns(ActorSettings.Default);
        var first = await turns.EnterAsync(null, default);
        var second = turns.EnterAsync(null, default);
        var third = turns.EnterAsync(null, default);
        second.IsCompleted.Should().BeFalse();
        first!.Dispose();
        using var turn = await second;
        third.IsCompleted.Should().BeFalse();
        turn!.Dispose();
        (await third)!.Dispose();
        turns.Busy.Should().BeFalse();
    }

    [Fact]
    public async Task Enter_SameChainOfAReentrantActor_JoinsUpToTheStackDepth()
    {
        var turns = new ActorTurns(Reentrant);
        using var outer = await turns.EnterAsync("x", default);
        using var inner = await turns.EnterAsync("x", default);
        await turns.Invoking(one => one.EnterAsync("x", default)).Should().ThrowAsync<StackDepthException>();

        // The refused call left no trace.
        outer!.Dispose();
        inner!.Dispose();
        turns.Busy.Should().BeFalse();
    }

    [Fact]
    public async Task Enter_OtherChain_Waits()
    {
        var turns = new ActorTurns(Reentrant);
        using var outer = await turns.EnterAsync("x", default);
        turns.EnterAsync("y", default).IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Enter_SameIdWithoutReentrancy_Waits()
    {
        var turns = new ActorTurns(ActorSettings.Default);
        using var outer = await turns.EnterAsync("x", default);
        turns.EnterAsync("x", default).IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Enter_AbandonedWhileWaiting_LetsTheNextOnePass()
    {
        var turns = new ActorTurns(ActorSettings.Default);
        var first = await turns.EnterAsync(null, default);
        using var gaveUp = new CancellationTokenSource();
        var second = turns.EnterAsync(null, gaveUp.Token);
        var third = turns.EnterAsync(null, default);
        await gaveUp.CancelAsync();
        await second.Invoking(one => one).Should().ThrowAsync<OperationCanceledException>();
        first!.Dispose();
        (await third).Should().NotBeNull();
    }

    [Fact]
    public async Task TryClose_OnlyWithoutCalls_ThenNobodyEnters()
    {
        var turns = new ActorTurns(ActorSettings.Default);
        var turn = await turns.EnterAsync(null, default);
        turns.TryClose().Should().BeFalse();
        turn!.Dispose();
        turns.TryClose().Should().BeTrue();
        (await turns.EnterAsync(null, default)).Should().BeNull();
    }

    [Fact]
    public void TryClose_Twice_ClosesOnce()
    {
        var turns = new ActorTurns(ActorSettings.Default);
        turns.TryClose().Should().BeTrue();
        turns.TryClose().Should().BeFalse();
        turns.Close(out _).Should().BeFalse();
    }

    [Fact]
    public async Task Close_WithCalls_RefusesThoseThatWaitAndIsOverWithTheOneUnderWay()
    {
        var turns = new ActorTurns(ActorSettings.Default);
        var first = await turns.EnterAsync(null, default);
        var second = turns.EnterAsync(null, default);
        turns.Close(out var over).Should().BeTrue();
        (await second).Should().BeNull();
        over.IsCompleted.Should().BeFalse();
        first!.Dispose();
        await over;
        (await turns.EnterAsync(null, default)).Should().BeNull();
    }
}
