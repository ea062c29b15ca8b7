using System.Collections.Concurrent;

namespace Soak;

/// <summary>What was promised and what happened: each message that the sidecar took, each time the app got one, each run of an activity.</summary>
internal sealed class Ledger
{
    private static readonly TimeSpan Shadow = TimeSpan.FromSeconds(12);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<DateTimeOffset>> _received = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(DateTimeOffset From, DateTimeOffset To)> _disturbances = new();
    private readonly ConcurrentDictionary<string, int> _unexplained = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Messages that the sidecar took.</summary>
    public int Acknowledged => _acknowledged.Count;

    /// <summary>How often things happened, by name.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>Failures that no fault and no disturbance explains, with how often.</summary>
    public IReadOnlyDictionary<string, int> Unexplained => _unexplained;

    /// <summary>The messages that were taken and have not arrived.</summary>
    public IReadOnlyList<string> Missing => [.. _acknowledged.Keys.Where(id => !_received.ContainsKey(id))];

    /// <summary>How often something arrived, or an activity ran, once more without a disturbance that explains it; <paramref name="prefix"/> says of what.</summary>
    public int Repeated(string prefix) => _received.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(pair => IsDisturbed(pair.Value.First(), pair.Value.Last()) ? 0 : pair.Value.Count - 1);

    public void Count(string what) => _counts.AddOrUpdate(what, 1, (_, count) => count + 1);

    public void Acknowledge(string id) => _acknowledged[id] = TimeProvider.System.GetUtcNow();

    public void Receive(string id) => _received.GetOrAdd(id, _ => new ConcurrentQueue<DateTimeOffset>()).Enqueue(TimeProvider.System.GetUtcNow());

    /// <summary>Notes a failure; one that no injected fault and no disturbance explains speaks against the sidecar.</summary>
    public void Fail(string what, DateTimeOffset began, string detail)
    {
        if (detail.Contains("injected by fault", StringComparison.Ordinal))
        {
            Count($"{what}: failed by an injected fault");
        }
        else if (IsDisturbed(began, TimeProvider.System.GetUtcNow()))
        {
            Count($"{what}: failed in a disturbance");
        }
        else
        {
            Console.WriteLine($"  {TimeProvider.System.GetUtcNow():HH:mm:ss} {what} failed without cause: {detail}");
            _unexplained.AddOrUpdate($"{what}: {detail}", 1, (_, count) => count + 1);
        }
    }

    /// <summary>Runs something that disturbs everything for a while: what happens in its shadow has a cause.</summary>
    public async Task DisturbAsync(Func<Task> disturb)
    {
        var began = TimeProvider.System.GetUtcNow();
        Console.WriteLine($"  {began:HH:mm:ss} disturbance");
        _disturbances.Enqueue((began, began + TimeSpan.FromMinutes(1)));
        await disturb();
        _disturbances.Enqueue((began, TimeProvider.System.GetUtcNow() + Shadow));
        Count("disturbances");
    }

    // The first entry of a disturbance covers it while it lasts; the second one is its true length.
    private bool IsDisturbed(DateTimeOffset from, DateTimeOffset to) =>
        _disturbances.GroupBy(each => each.From).Select(each => each.Last()).Any(each => from <= each.To && to >= each.From);
}
