namespace Dapr.Actors;

/// <summary>The chain of calls that the running code belongs to; proxies send it on.</summary>
internal static class ReentrancyContext
{
    private static readonly AsyncLocal<string?> Chain = new();

    internal static string? Current
    {
        get => Chain.Value;
        set => Chain.Value = value;
    }
}
