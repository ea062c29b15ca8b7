namespace Sidecar.NameResolution;

/// <summary>
/// What is said about an app id that nobody has. Like daprd's resolver, which lets later calls wait for the search of the first one, it says so
/// plainly once and speaks of a timeout while that search is remembered.
/// </summary>
internal sealed class UnknownApps(TimeProvider time)
{
    private const int MaxRemembered = 1_000;
    private static readonly TimeSpan Memory = TimeSpan.FromMilliseconds(2_500);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _searched = new(StringComparer.Ordinal);

    /// <summary>Describes a failed search for an app.</summary>
    public string Describe(string id)
    {
        lock (_gate)
        {
            if (_searched.TryGetValue(id, out var since) && time.GetElapsedTime(since) < Memory)
            {
                return $"timeout waiting for address for app id {id}";
            }

            if (_searched.Count >= MaxRemembered)
            {
                _searched.Clear();
            }

            _searched[id] = time.GetTimestamp();
            return $"couldn't find service: {id}";
        }
    }
}
