using Sidecar.Components;

namespace Sidecar.Reloading;

/// <summary>The loaded components of a building block by name. Those whose description changes are exchanged, the others stay as they are.</summary>
internal sealed class ComponentSet<T>(IEnumerable<ComponentSpec> specs, ComponentLife<T> life, TimeProvider time)
    : ExchangeableMap<T>(specs.ToDictionary(spec => spec.Name, life.Create, StringComparer.Ordinal)), IAsyncDisposable
    where T : class
{
    /// <summary>Connects all.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(Values.Select(component => life.Start(component, cancellationToken)));

    /// <summary>Makes and connects what is new or changed. Throws <see cref="ComponentException"/> and leaves nothing behind.</summary>
    public async Task<(IReadOnlyDictionary<string, T> Next, ReloadStep Step)> PrepareAsync(IEnumerable<ComponentSpec> wanted, CancellationToken cancellationToken)
    {
        var next = new Dictionary<string, T>(StringComparer.Ordinal);
        var made = new List<T>();
        try
        {
            foreach (var spec in wanted)
            {
                if (TryGetValue(spec.Name, out var present) && life.Spec(present).IsSameAs(spec))
                {
                    next[spec.Name] = present;
                    continue;
                }

                made.Add(next[spec.Name] = life.Create(spec));
                await life.Start(made[^1], cancellationToken);
            }
        }
        catch
        {
            await CloseAsync(made);
            throw;
        }

        var gone = Values.Where(component => !next.ContainsValue(component)).ToList();
        return (next, new ReloadStep(() => Exchange(next), () => CloseAsync(made), token => RetireAsync(gone, token)));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await CloseAsync([.. Values]);

    private async Task RetireAsync(IReadOnlyList<T> gone, CancellationToken cancellationToken)
    {
        foreach (var component in gone)
        {
            await life.Usage(component).WhenIdleAsync(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await life.Close(component);
        }
    }

    private async Task CloseAsync(IReadOnlyList<T> components)
    {
        foreach (var component in components)
        {
            await life.Close(component);
        }
    }
}
