namespace Sidecar.Telemetry.Metrics;

/// <summary>HTTP statuses as texts, made once.</summary>
internal static class StatusText
{
    private static readonly string[] All = [.. Enumerable.Range(0, 600).Select(status => status.ToString())];

    /// <summary>The text of a status.</summary>
    public static string Of(int status) => status is >= 0 and < 600 ? All[status] : status.ToString();
}
