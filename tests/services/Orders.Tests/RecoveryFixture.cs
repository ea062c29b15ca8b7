using Microsoft.Extensions.DependencyInjection;
using Orders.Sagas;

namespace Orders.Tests;

/// <summary>Orders with its own outbox handler on a scripted engine; the sweep runs when a test says so, over orders of any age.</summary>
public sealed class RecoveryFixture : OrdersFixture
{
    internal ScriptedWorkflows Engine { get; } = new();

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Saga:SweepAfter", "00:00:00"), new("Saga:SweepInterval", "01:00:00")];

    public Task<int> SweepAsync() => Services.GetRequiredService<SagaSweep>().RunAsync(CancellationToken.None);

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<ISagaWorkflows>(Engine);
}
