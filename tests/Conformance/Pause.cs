namespace Conformance;

/// <summary>Waits that the recordings ask for.</summary>
internal static class Pause
{
    /// <summary>Waits.</summary>
    public static Task ForAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);
}
