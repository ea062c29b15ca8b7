namespace Sidecar.Host.RunFiles;

/// <summary>The keys of Dapr's multi-app run file, and what the embedded sidecar does with each.</summary>
internal static class RunFileKeys
{
    /// <summary>The keys of the file itself.</summary>
    public static IReadOnlyList<string> Top { get; } = ["version", "name", "common", "apps", Extension];

    /// <summary>The section of the embedded sidecar, which Dapr's own engine ignores.</summary>
    public const string Extension = "x-platform";

    /// <summary>The keys of the file's extension section.</summary>
    public static IReadOnlyList<string> Platform { get; } = ["faults"];

    /// <summary>Keys that <c>common</c> and every app may have.</summary>
    public static IReadOnlyList<string> Shared { get; } =
    [
        "configFilePath", "appProtocol", "apiListenAddresses", "logLevel", "appMaxConcurrency", "resourcesPath", "resourcesPaths", "maxBodySize", "readBufferSize",
        "enableAppHealthCheck", "appHealthCheckPath", "appHealthProbeInterval", "appHealthProbeTimeout", "appHealthThreshold", "env", "daprdLogDestination", "appLogDestination",
    ];

    /// <summary>Keys that only an app has.</summary>
    public static IReadOnlyList<string> App { get; } =
        ["appID", "appDirPath", "appPort", "daprHTTPPort", "daprGRPCPort", "metricsPort", "appChannelAddress", "command", Extension];

    /// <summary>Keys of <see cref="Extension"/> of an app.</summary>
    public static IReadOnlyList<string> AppExtension { get; } = ["instances"];

    /// <summary>Keys of Dapr that have no meaning for sidecars of one process: a notice.</summary>
    public static IReadOnlyDictionary<string, string> WithoutMeaning { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["placementHostAddress"] = "there is no placement service",
        ["schedulerHostAddress"] = "there is no scheduler service",
        ["runtimePath"] = "no daprd is started",
        ["enableProfiling"] = "profile the host with dotnet-trace",
        ["profilePort"] = "profile the host with dotnet-trace",
        ["enableApiLogging"] = "set logLevel to debug to see API calls",
        ["daprInternalGRPCPort"] = "calls between the sidecars of a run stay in the process",
        ["containerImage"] = "it is for Kubernetes",
        ["containerImagePullPolicy"] = "it is for Kubernetes",
        ["createService"] = "it is for Kubernetes",
    };

    /// <summary>Keys of Dapr that would change behaviour and are not supported: an error.</summary>
    public static IReadOnlyDictionary<string, string> Unsupported { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["unixDomainSocket"] = "use daprHTTPPort and daprGRPCPort",
        ["appSSL"] = "the app is called over plain HTTP on loopback; leave the key out",
    };
}
