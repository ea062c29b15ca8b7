using Microsoft.Extensions.Logging;
using Sidecar.Health;

namespace Sidecar.Host.RunFiles;

/// <summary>One app of a run file, common settings merged in, every path absolute.</summary>
internal sealed record AppDefinition
{
    /// <summary>A port of the app that the run gives it.</summary>
    public const int AnyPort = -1;

    /// <summary>The app id.</summary>
    public required string AppId { get; init; }

    /// <summary>Which instance of the app it is, from 1.</summary>
    public int Instance { get; init; } = 1;

    /// <summary>How many instances of the app the run has.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>The name of the instance in logs and commands: the app id, from the second on with the number, e.g. <c>orders.2</c> (no app id has a dot).</summary>
    public string Name => Instance == 1 ? AppId : $"{AppId}.{Instance}";

    /// <summary>Where the command runs.</summary>
    public required string Directory { get; init; }

    /// <summary>Where it is written in the run file, for messages, e.g. <c>dapr.yaml:12: apps[1]</c>.</summary>
    public required string Place { get; init; }

    /// <summary>The app's port; 0 = it has none, <see cref="AnyPort"/> = any free one.</summary>
    public int AppPort { get; init; }

    /// <summary>The sidecar's HTTP port; 0 = any free one.</summary>
    public int HttpPort { get; init; }

    /// <summary>The sidecar's gRPC port; 0 = any free one.</summary>
    public int GrpcPort { get; init; }

    /// <summary>The port of the sidecar's metrics; 0 = any free one.</summary>
    public int MetricsPort { get; init; }

    /// <summary>The address the app listens on.</summary>
    public string AppChannelAddress { get; init; } = "127.0.0.1";

    /// <summary>The app's protocol.</summary>
    public string AppProtocol { get; init; } = "http";

    /// <summary>Program and arguments; empty = a sidecar without an app.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Environment variables of the app beside the inherited ones.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Folders with the resources.</summary>
    public IReadOnlyList<string> ResourcesPaths { get; init; } = [];

    /// <summary>The file of the Configuration, or null.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>The app health check, or null when it is off.</summary>
    public AppHealthOptions? AppHealth { get; init; }

    /// <summary>The most calls the app gets at once; -1 = unlimited.</summary>
    public int AppMaxConcurrency { get; init; } = -1;

    /// <summary>The largest request body in bytes.</summary>
    public long MaxBodySize { get; init; } = 4 * 1024 * 1024;

    /// <summary>The largest total of request headers in bytes.</summary>
    public int ReadBufferSize { get; init; } = 4 * 1024;

    /// <summary>The lowest level the sidecar logs.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Where the app's output goes.</summary>
    public LogDestination AppLog { get; init; } = LogDestination.FileAndConsole;

    /// <summary>Where the sidecar's log goes.</summary>
    public LogDestination SidecarLog { get; init; } = LogDestination.File;
}
