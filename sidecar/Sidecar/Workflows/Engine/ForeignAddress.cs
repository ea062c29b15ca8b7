using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Names an instance of another app. A message for it lies in the sender's store under this name until it has arrived there; what tells it
/// from a message for an instance of the own app, whatever that is called, is the app in its router.
/// </summary>
internal static class ForeignAddress
{
    private const string Separator = "||";

    /// <summary>The name under which messages for an instance of another app wait.</summary>
    public static string Of(string app, string instanceId) => app + Separator + instanceId;

    /// <summary>The instance's own id in its app.</summary>
    public static string InstanceOf(string address, string app) => address[(app.Length + Separator.Length)..];

    /// <summary>The app to which a router sends from <paramref name="own"/>; null when it stays there.</summary>
    public static string? AppOf(TaskRouter? router, string own) =>
        router is { HasTargetAppID: true, TargetAppID: { Length: > 0 } target } && target != own ? target : null;
}
