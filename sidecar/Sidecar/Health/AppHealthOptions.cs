namespace Sidecar.Health;

/// <summary>How the health of the app is probed.</summary>
/// <param name="Path">The path asked with GET; default <c>/healthz</c>.</param>
/// <param name="Interval">The time between probes; default 5 s, must be longer than <paramref name="Timeout"/>.</param>
/// <param name="Timeout">The longest a probe may take; default 500 ms.</param>
/// <param name="Threshold">Failures in a row after which the app is unhealthy; default 3.</param>
internal sealed record AppHealthOptions(string Path, TimeSpan Interval, TimeSpan Timeout, int Threshold)
{
    public AppHealthOptions()
        : this("/healthz", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(500), 3)
    {
    }
}
