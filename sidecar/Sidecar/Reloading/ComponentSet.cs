using Sidecar.Components;

namespace Sidecar.Reloading;

/// <summary>
/// The loaded components of a building block by name. Those whose description changes are exchanged, the others stay as they are. One that
/// cannot be made or connected is left out when its description says so (<c>ignoreErrors</c>); one that runs goes on as it was.
/// </summary>
internal sealed class ComponentSet<T>(IEnumerable<ComponentSpec> specs, ComponentLife<T> life, RuntimeServices services)
    : ExchangeableMap<T>(Make(specs, life, new IgnoredErrors(services.Loggers, services.ServiceMetrics))), IAsyncDisposable
    where T : class
{
    private readonly IgnoredErrors _errors = new(services.Loggers, services.ServiceMetrics);

    /// <summary>Connects all.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var started = await Task.WhenAll(Values.Select(async component => (Component: component, IsThere: await StartsAsync(component, cancellationToken))));
        if (Array.Exists(started, one => !one.IsThere))
        {
            Exchange(started.Where(one => one.IsThere).ToDictionary(one => life.Spec(one.Component).Name, one => one.Component, StringComparer.Ordinal));
        }
    }

    /// <summary>Makes and connects what is new or changed. Throws <see cref="ComponentException"/> and leaves nothing behind.</summary>
    public async Task<(IReadOnlyDictionary<string, T> Next, ReloadStep Step)> PrepareAsync(IEnumerable<ComponentSpec> wanted, CancellationToken cancellationToken)
    {
        var next = new Dictionary<string, T>(StringComparer.Ordinal);
        var made = new List<T>();
        try
        {
            foreach (var spec in wanted)
            {
                if (TryGetValue(spec.Name, out var present))
                {
                    // It stays when it is the same, and when nothing can be made of the new description though errors are to be ignored.
                    next[spec.Name] = present;
                    if (life.Spec(present).IsSameAs(spec))
                    {
                        continue;
                    }
                }

                if (_errors.MakeOrIgnore(spec, life.Create) is not { } component)
                {
                    continue;
                }

                made.Add(component);
                if (await StartsAsync(component, cancellationToken))
                {
                    next[spec.Name] = component;
                }
                else
                {
                    made.Remove(component);
                }
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

    private static Dictionary<string, T> Make(IEnumerable<ComponentSpec> specs, ComponentLife<T> life, IgnoredErrors errors)
    {
        var made = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var spec in specs)
        {
            if (errors.MakeOrIgnore(spec, life.Create) is { } component)
            {
                made.Add(spec.Name, component);
            }
        }

        return made;
    }

    private async Task<bool> StartsAsync(T component, CancellationToken cancellationToken)
    {
        if (await _errors.StartOrIgnoreAsync(life.Spec(component), () => life.Start(component, cancellationToken)))
        {
            return true;
        }

        await life.Close(component);
        return false;
    }

    private async Task RetireAsync(IReadOnlyList<T> gone, CancellationToken cancellationToken)
    {
        foreach (var component in gone)
        {
            await life.Usage(component).WhenIdleAsync(services.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
