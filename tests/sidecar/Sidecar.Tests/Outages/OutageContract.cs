namespace Sidecar.Tests.Outages;

/// <summary>What every component must do whose server is killed and started again in the middle. A component's class says how it is used.</summary>
[Trait("Speed", "Slow")]
public abstract class OutageContract : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Whether the component keeps a connection, so that readiness names its loss.</summary>
    private protected virtual bool NamesTheLoss => true;

    private protected abstract string? Problem { get; }

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    [Fact]
    public async Task ServerKilledAndRestarted_InTheMiddle_IsNamedFailsAndLosesNothingAcknowledged()
    {
        await UseAsync("before");
        Problem.Should().BeNull();

        await Server.KillAsync();
        if (NamesTheLoss)
        {
            await Eventually.TrueAsync(() => Problem is not null, "the loss is named", Patience);
        }

        await FluentActions.Awaiting(() => UseAsync("meanwhile")).Should().ThrowAsync<Exception>("nothing can be acknowledged without a server");
        await Server.RestartAsync();
        await Eventually.TrueAsync(() => Problem is null, "the connection is back", Patience);
        await UseAsync("after");

        await Eventually.TrueAsync(() => HasAsync("before"), "what was acknowledged before is there", Patience);
        await Eventually.TrueAsync(() => HasAsync("after"), "it works again", Patience);
    }

    private protected abstract IRestartableServer Server { get; }

    /// <summary>Does something through the component; acknowledged when it returns, and throws when it cannot be.</summary>
    private protected abstract Task UseAsync(string value);

    /// <summary>Whether what was acknowledged is there.</summary>
    private protected abstract Task<bool> HasAsync(string value);
}
