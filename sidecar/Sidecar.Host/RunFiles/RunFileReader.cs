using Sidecar.Components;
using Sidecar.Faults;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Host.RunFiles;

/// <summary>
/// Reads a multi-app run file by the rules of the Dapr CLI: paths of <c>common</c> and <c>appDirPath</c> are relative to the file,
/// other paths of an app to its <c>appDirPath</c>; what an app leaves out comes from <c>common</c>. All problems are reported at once.
/// </summary>
internal sealed class RunFileReader
{
    private const int MaxInstances = 20;

    private readonly string _path;
    private readonly string _file;
    private readonly string _base;
    private readonly List<Problem> _problems = [];
    private readonly List<string> _notices = [];

    private RunFileReader(string path)
    {
        _path = path;
        _file = Path.GetFileName(path);
        _base = Path.GetDirectoryName(path)!;
    }

    /// <summary>Reads a file, or <c>dapr.yaml</c> of a folder.</summary>
    public static RunFileResult Read(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            full = Path.Combine(full, "dapr.yaml");
        }

        if (!File.Exists(full))
        {
            return new RunFileResult(null, [new Problem(full, "there is no such file", "name a multi-app run file with -f")], []);
        }

        var reader = new RunFileReader(full);
        var file = reader.Read();
        return new RunFileResult(reader._problems.Count == 0 ? file : null, [.. reader._problems.Distinct()], [.. reader._notices.Distinct(StringComparer.Ordinal)]);
    }

    private RunFile? Read()
    {
        if (Load() is not { } root)
        {
            return null;
        }

        RefuseUnknown(root, RunFileKeys.Top);
        if (root.Text("version") != "1")
        {
            root.Refuse("version", root.Text("version") is { } version ? $"'{version}' is not supported" : "is missing", "write version: 1");
        }

        var common = root.Section("common");
        if (common is not null)
        {
            RefuseUnknown(common, RunFileKeys.Shared);
        }

        var apps = root.Sections("apps").Select(section => ReadApp(section, common)).OfType<AppDefinition>().ToList();
        if (apps.Count == 0 && _problems.Count == 0)
        {
            root.Refuse("apps", "has no apps", "list at least one");
        }

        RefuseTwins(apps);
        return new RunFile(_path, root.Text("name") ?? "", [.. apps.SelectMany(Instances)]) { Faults = root.Section(RunFileKeys.Extension) is { } extension ? ReadFaults(extension) : [] };
    }

    private List<FaultRule> ReadFaults(YamlSection extension)
    {
        RefuseUnknown(extension, RunFileKeys.Platform);
        var rules = new List<FaultRule>();
        foreach (var (index, section) in extension.Sections("faults").Index())
        {
            var rule = FaultRuleReader.Read(section.Texts(), $"fault-{index + 1}", out var problems);
            problems.ToList().ForEach(problem => section.Refuse(problem.Field, problem.What, problem.Remedy));
            rules.AddRange(rule is null ? [] : [rule]);
            if (rules.Count(other => other.Name == rule?.Name) > 1)
            {
                section.Refuse("name", $"'{rule!.Name}' is used twice", "give each fault a name of its own");
            }
        }

        return rules;
    }

    private YamlSection? Load()
    {
        try
        {
            using var text = new StreamReader(_path);
            if (YamlReading.Load(text).Documents is [{ RootNode: YamlMappingNode root }, ..])
            {
                return new YamlSection(_file, "", root, _problems);
            }

            _problems.Add(new Problem(_file, "holds no mapping", "write version, common and apps"));
        }
        catch (YamlException exception)
        {
            _problems.Add(new Problem($"{_file}:{exception.Start.Line}", $"is not YAML ({exception.Message})", "correct the line"));
        }

        return null;
    }

    private AppDefinition? ReadApp(YamlSection section, YamlSection? common)
    {
        RefuseUnknown(section, [.. RunFileKeys.Shared, .. RunFileKeys.App]);
        if (section.Text("appDirPath") is not { } directory)
        {
            section.Refuse("appDirPath", "is missing", "name the folder the app runs in, relative to the run file");
            return null;
        }

        directory = Resolve(section, "appDirPath", directory, _base);
        var settings = new LayeredSettings(section, common, _base, directory);
        settings.RefuseOpenListeners();
        return new AppDefinition
        {
            AppId = AppId(section, directory),
            Directory = directory,
            Place = section.Place,
            Instances = ReadInstances(section),
            AppPort = section.Port("appPort") ?? 0,
            HttpPort = section.Port("daprHTTPPort") ?? 0,
            GrpcPort = section.Port("daprGRPCPort") ?? 0,
            MetricsPort = section.Port("metricsPort") ?? 0,
            AppChannelAddress = section.Text("appChannelAddress") ?? "127.0.0.1",
            AppProtocol = settings.Protocol(),
            Command = section.List("command") ?? [],
            Environment = settings.Environment(),
            ResourcesPaths = settings.ResourcesPaths(),
            ConfigFile = settings.ConfigFile(),
            AppHealth = settings.AppHealth(),
            AppMaxConcurrency = settings.Number("appMaxConcurrency", -1, 100_000) ?? -1,
            MaxBodySize = SidecarOptions.BodyLimit(settings.Size("maxBodySize")),
            ReadBufferSize = SidecarOptions.HeaderLimit(settings.Size("readBufferSize")),
            LogLevel = settings.Level(),
            AppLog = settings.Destination("appLogDestination", LogDestination.FileAndConsole),
            SidecarLog = settings.Destination("daprdLogDestination", LogDestination.File),
        };
    }

    private int ReadInstances(YamlSection section)
    {
        if (section.Section(RunFileKeys.Extension) is not { } extension)
        {
            return 1;
        }

        RefuseUnknown(extension, RunFileKeys.AppExtension);
        return extension.Number("instances", 1, MaxInstances) ?? 1;
    }

    /// <summary>The first instance has the ports of the file, each further one free ports.</summary>
    private static IEnumerable<AppDefinition> Instances(AppDefinition app) =>
        Enumerable.Range(1, app.Instances).Select(number => number == 1
            ? app
            : app with { Instance = number, AppPort = app.AppPort == 0 ? 0 : AppDefinition.AnyPort, HttpPort = 0, GrpcPort = 0, MetricsPort = 0 });

    private static string AppId(YamlSection section, string directory)
    {
        var id = section.Text("appID") ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(directory));
        if (!id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            section.Refuse("appID", $"'{id}' is not an app id", "use letters, digits and dashes");
        }

        return id;
    }

    private static string Resolve(YamlSection section, string key, string path, string relativeTo)
    {
        var full = LayeredSettings.Absolute(path, relativeTo);
        if (!Path.Exists(full))
        {
            section.Refuse(key, $"{full} does not exist", $"the path is relative to {relativeTo}");
        }

        return full;
    }

    private void RefuseUnknown(YamlSection section, IReadOnlyList<string> known)
    {
        foreach (var key in section.Keys)
        {
            if (RunFileKeys.Unsupported.TryGetValue(key, out var instead))
            {
                section.Refuse(key, "is not supported by the embedded sidecar", instead);
            }
            else if (RunFileKeys.WithoutMeaning.TryGetValue(key, out var reason))
            {
                _notices.Add($"{section.PlaceOf(key)}: has no meaning here: {reason}");
            }
            else if (!known.Contains(key, StringComparer.Ordinal))
            {
                section.Refuse(key, "is not a key of Dapr's run file at this place", $"known here: {string.Join(", ", known.Order(StringComparer.Ordinal))}");
            }
        }
    }

    private void RefuseTwins(List<AppDefinition> apps)
    {
        foreach (var twins in apps.GroupBy(app => app.AppId, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            _problems.Add(new Problem($"{twins.Last().Place}.appID", $"'{twins.Key}' is used by {twins.Count()} apps", "give every app an id of its own"));
        }

        var ports = apps.SelectMany(app => Ports(app).Select(port => (app, port.Key, port.Value)));
        foreach (var clash in ports.GroupBy(item => item.Value).Where(group => group.Count() > 1))
        {
            var users = string.Join(" and ", clash.Select(item => $"{item.Key} of {item.app.AppId}"));
            _problems.Add(new Problem($"{clash.Last().app.Place}.{clash.Last().Key}", $"port {clash.Key} is given to {users}", "give each a port of its own"));
        }
    }

    /// <summary>The fixed ports of an app, by the key of the run file.</summary>
    public static IEnumerable<KeyValuePair<string, int>> Ports(AppDefinition app) =>
        new KeyValuePair<string, int>[]
        {
            new("appPort", app.AppPort), new("daprHTTPPort", app.HttpPort), new("daprGRPCPort", app.GrpcPort), new("metricsPort", app.MetricsPort),
        }.Where(port => port.Value > 0);
}
