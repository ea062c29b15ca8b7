using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Health;

namespace Sidecar.Host.RunFiles;

/// <summary>The settings of one app: what its own section gives, else what <c>common</c> gives.</summary>
internal sealed class LayeredSettings(YamlSection app, YamlSection? common, string fileDirectory, string appDirectory)
{
    /// <summary>A path made absolute; <c>~</c> is the home directory.</summary>
    public static string Absolute(string path, string relativeTo)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
        {
            path = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile) + path[1..];
        }

        return Path.GetFullPath(path, relativeTo);
    }

    public int? Number(string key, int lowest, int highest) => app.Number(key, lowest, highest) ?? common?.Number(key, lowest, highest);

    /// <summary>The embedded sidecar listens on loopback only.</summary>
    public void RefuseOpenListeners()
    {
        var (section, value) = Text("apiListenAddresses");
        if (value is not null and not ("127.0.0.1" or "localhost"))
        {
            section.Refuse("apiListenAddresses", $"'{value}' is not supported by the embedded sidecar", "supported: 127.0.0.1");
        }
    }

    public string Protocol()
    {
        var (section, value) = Text("appProtocol");
        var protocol = (value ?? "http").ToLowerInvariant();
        if (protocol is not ("http" or "h2c" or "grpc"))
        {
            section.Refuse("appProtocol", $"'{value}' is not supported by the embedded sidecar", "supported: http, h2c, grpc");
        }

        return protocol;
    }

    public IReadOnlyDictionary<string, string> Environment()
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in (common?.Map("env") ?? new Dictionary<string, string>()).Concat(app.Map("env") ?? new Dictionary<string, string>()))
        {
            result[pair.Key] = pair.Value;
        }

        return result;
    }

    public IReadOnlyList<string> ResourcesPaths()
    {
        var own = Paths(app, appDirectory);
        if (own.Count > 0)
        {
            return own;
        }

        var local = Path.Combine(appDirectory, ".dapr", "resources");
        return Directory.Exists(local) ? [local] : common is null ? [] : Paths(common, fileDirectory);
    }

    public string? ConfigFile()
    {
        if (app.Text("configFilePath") is { } own)
        {
            return Existing(app, "configFilePath", own, appDirectory);
        }

        var local = Path.Combine(appDirectory, ".dapr", "config.yaml");
        return File.Exists(local) ? local : common?.Text("configFilePath") is { } shared ? Existing(common, "configFilePath", shared, fileDirectory) : null;
    }

    public AppHealthOptions? AppHealth()
    {
        if ((app.Flag("enableAppHealthCheck") ?? common?.Flag("enableAppHealthCheck")) != true)
        {
            return null;
        }

        var defaults = new AppHealthOptions();
        var result = new AppHealthOptions(
            Text("appHealthCheckPath").Value ?? defaults.Path,
            Number("appHealthProbeInterval", 1, 3600) is { } seconds ? TimeSpan.FromSeconds(seconds) : defaults.Interval,
            Number("appHealthProbeTimeout", 1, 3_600_000) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : defaults.Timeout,
            Number("appHealthThreshold", 1, 1000) ?? defaults.Threshold);
        if (result.Timeout >= result.Interval)
        {
            Text("appHealthProbeTimeout").Section.Refuse("appHealthProbeTimeout", $"{result.Timeout.TotalMilliseconds:F0} ms is not shorter than the interval of {result.Interval.TotalSeconds:F0} s", "daprd refuses that too: shorten it");
        }

        return result;
    }

    public long? Size(string key)
    {
        var (section, text) = Text(key);
        if (text is null)
        {
            return null;
        }

        if (ByteSize.Parse(text) is { } size)
        {
            return size;
        }

        section.Refuse(key, $"'{text}' is not a size", "write a quantity, for example 4Mi or 512Ki; 0 is no limit, -1 the default");
        return null;
    }

    public LogLevel Level()
    {
        var (section, text) = Text("logLevel");
        switch (text?.ToLowerInvariant())
        {
            case null or "info":
                return LogLevel.Information;
            case "debug":
                return LogLevel.Debug;
            case "warn" or "warning":
                return LogLevel.Warning;
            case "error":
                return LogLevel.Error;
            case "fatal" or "panic":
                return LogLevel.Critical;
            default:
                section.Refuse("logLevel", $"'{text}' is not a level", "accepted: debug, info, warn, error, fatal, panic");
                return LogLevel.Information;
        }
    }

    public LogDestination Destination(string key, LogDestination otherwise)
    {
        var (section, text) = Text(key);
        switch (text)
        {
            case null:
                return otherwise;
            case "console":
                return LogDestination.Console;
            case "file":
                return LogDestination.File;
            case "fileAndConsole":
                return LogDestination.FileAndConsole;
            default:
                section.Refuse(key, $"'{text}' is not a destination", "accepted: console, file, fileAndConsole");
                return otherwise;
        }
    }

    /// <summary>A text and the section that gave it (the app's, when none did).</summary>
    private (YamlSection Section, string? Value) Text(string key) =>
        app.Text(key) is { } own ? (app, own) : common?.Text(key) is { } shared ? (common, shared) : (app, null);

    private static List<string> Paths(YamlSection section, string relativeTo)
    {
        var paths = (section.List("resourcesPaths") ?? []).Select(path => Existing(section, "resourcesPaths", path, relativeTo)).ToList();
        if (section.Text("resourcesPath") is { } old)
        {
            paths.Add(Existing(section, "resourcesPath", old, relativeTo));
        }

        return paths;
    }

    private static string Existing(YamlSection section, string key, string path, string relativeTo)
    {
        var full = Absolute(path, relativeTo);
        if (!Path.Exists(full))
        {
            section.Refuse(key, $"{full} does not exist", $"the path is relative to {relativeTo}");
        }

        return full;
    }
}
