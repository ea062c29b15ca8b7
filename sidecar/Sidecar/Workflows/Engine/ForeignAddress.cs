using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Names an instance of another app. A message for it lies in the sender's store under this name until it has arrived there. No instance of the own
/// app can have such a name (<see cref="InstanceIds"/>), those of one app lie side by side, and all of them before any instance.
/// </summary>
internal static class ForeignAddress
{
    /// <summary>Lies before all addresses.</summary>
    public const string First = "\u0001";

    /// <summary>Lies behind all addresses and before every instance.</summary>
    public const string Last = "\u0002";

    private const char Mark = '\u0001';

    /// <summary>The name under which messages for an instance of another app wait.</summary>
    public static string Of(string app, string instanceId) => BeginOf(app) + instanceId;

    /// <summary>What the addresses of an app begin with; it lies before all of them.</summary>
    public static string BeginOf(string app) => $"{Mark}{app}{Mark}";

    /// <summary>Lies behind all addresses of an app.</summary>
    public static string EndOf(string app) => $"{Mark}{app}{Last}";

    /// <summary>The app of an address; null when it is none.</summary>
    public static string? AppOf(string address) =>
        address.Length > 1 && address[0] == Mark && address.IndexOf(Mark, 1) is > 0 and var end ? address[1..end] : null;

    /// <summary>The instance's own id in its app.</summary>
    public static string InstanceOf(string address, string app) => address[BeginOf(app).Length..];

    /// <summary>Whether messages can be sent to an app of that name.</summary>
    public static bool IsApp(string app) => !app.Any(char.IsControl);

    /// <summary>The app to which a router sends from <paramref name="own"/>; null when it stays there.</summary>
    public static string? AppOf(TaskRouter? router, string own) =>
        router is { HasTargetAppID: true, TargetAppID: { Length: > 0 } target } && target != own ? target : null;
}
