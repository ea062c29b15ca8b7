namespace Users.SigningKeys;

/// <summary>Makes the first key at the first start rather than at the first login.</summary>
internal sealed class FirstSigningKey(SigningKeyRing ring) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => ring.PublishedAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
