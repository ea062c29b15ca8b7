namespace EndToEnd.Engines;

/// <summary>The processes that run an app of a run file, found by what listens on its ports.</summary>
internal static class AppProcesses
{
    /// <summary>The app ids whose app or sidecar ports still have a listener.</summary>
    public static IReadOnlyList<string> Of(RunFile file)
    {
        var listening = System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endpoint => endpoint.Port).ToHashSet();
        return [.. file.AppIds.Where(id => listening.Contains(file.AppPort(id)) || listening.Contains(file.SidecarPort(id, "daprHTTPPort")) || listening.Contains(file.SidecarPort(id, "daprGRPCPort")))];
    }
}
