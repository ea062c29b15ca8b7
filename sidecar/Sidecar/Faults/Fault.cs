namespace Sidecar.Faults;

/// <summary>What goes wrong this time: the rules that hit, put together.</summary>
internal sealed class Fault(IReadOnlyList<ActiveFault> hits, Func<double> random)
{
    /// <summary>How much later it happens.</summary>
    public TimeSpan Delay { get; } = hits.Aggregate(TimeSpan.Zero, (sum, hit) => sum + hit.Rule.Latency + (hit.Rule.Jitter * random()));

    /// <summary>What gets lost.</summary>
    public FaultDrop Drop { get; } = hits.Select(hit => hit.Rule.Drop).FirstOrDefault(drop => drop != FaultDrop.None);

    /// <summary>The failure in its place, or null; what is lost is a failure, too.</summary>
    public FaultError? Error => hits.Select(hit => hit.Rule.Error is { } error ? error with { Text = $"{error.Text} ({Cause(hit)})" } : null).FirstOrDefault(error => error is not null);

    private FaultError Lost => new(0, $"EOF ({Cause(hits.First(hit => hit.Rule.Drop != FaultDrop.None))})");

    /// <summary>Makes a call that these faults hit; <paramref name="failed"/> makes of a failure what the caller knows as one.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> call, Func<FaultError, T> failed, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Delay > TimeSpan.Zero)
        {
            await Task.Delay(Delay, time, cancellationToken);
        }

        if (Error is { } error)
        {
            return failed(error);
        }

        if (Drop == FaultDrop.Request)
        {
            return failed(Lost);
        }

        if (hits.Any(hit => hit.Rule.Duplicate))
        {
            (await InOrderAsync(call, time, cancellationToken) as IDisposable)?.Dispose();
        }

        var result = await InOrderAsync(call, time, cancellationToken);
        if (Drop == FaultDrop.None)
        {
            return result;
        }

        (result as IDisposable)?.Dispose();
        return failed(Lost);
    }

    private static string Cause(ActiveFault hit) => $"injected by fault {hit.Rule.Name}";

    private Task<T> InOrderAsync<T>(Func<Task<T>> call, TimeProvider time, CancellationToken cancellationToken) =>
        hits.FirstOrDefault(hit => hit.Rule.Reorder > TimeSpan.Zero) is { } hit ? hit.Lane.RunAsync(call, time, cancellationToken) : call();
}
