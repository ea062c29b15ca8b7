using YamlDotNet.RepresentationModel;

namespace EndToEnd.Engines;

/// <summary>
/// A copy of dapr.yaml and components/ on free ports in a folder of its own, so that a run collides with nothing. Beyond ports and
/// absolute paths it changes: the address spans go to, and the environment given here.
/// </summary>
internal sealed class RunFile
{
    private readonly Dictionary<string, YamlMappingNode> _apps = new(StringComparer.Ordinal);

    private RunFile(string path) => Path = path;

    /// <summary>The copy.</summary>
    public string Path { get; }

    /// <summary>The app ids of the file.</summary>
    public IReadOnlyCollection<string> AppIds => _apps.Keys;

    /// <summary>Makes the copy.</summary>
    public static RunFile Create(string repository, string folder, string spansEndpoint, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> environment)
    {
        Directory.CreateDirectory(folder);
        var components = CopyComponents(repository, folder, spansEndpoint);
        var stream = new YamlStream();
        using (var reader = new StreamReader(System.IO.Path.Combine(repository, "dapr.yaml")))
        {
            stream.Load(reader);
        }

        var file = new RunFile(System.IO.Path.Combine(folder, "dapr.yaml"));
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        file.Rewrite(root, repository, components, environment);
        using var writer = new StreamWriter(file.Path);
        stream.Save(writer, assignAnchors: false);
        return file;
    }

    /// <summary>The port an app listens on.</summary>
    public int AppPort(string appId) => int.Parse(Scalar(appId, "appPort")!);

    /// <summary>A port of an app's sidecar: daprHTTPPort or daprGRPCPort.</summary>
    public int SidecarPort(string appId, string name) => int.Parse(Scalar(appId, name)!);

    /// <summary>The folder an app runs in.</summary>
    public string Folder(string appId) => Scalar(appId, "appDirPath")!;

    /// <summary>The command that starts an app.</summary>
    public IReadOnlyList<string> Command(string appId) => [.. ((YamlSequenceNode)_apps[appId].Children["command"]).Select(node => ((YamlScalarNode)node).Value!)];

    /// <summary>The environment the file gives an app.</summary>
    public IReadOnlyDictionary<string, string> Environment(string appId) => _apps[appId].Children.TryGetValue("env", out var env)
        ? ((YamlMappingNode)env).Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => ((YamlScalarNode)pair.Value).Value!, StringComparer.Ordinal)
        : new Dictionary<string, string>(StringComparer.Ordinal);

    private static string CopyComponents(string repository, string folder, string spansEndpoint)
    {
        var target = System.IO.Path.Combine(folder, "components");
        Directory.CreateDirectory(target);
        foreach (var source in Directory.EnumerateFiles(System.IO.Path.Combine(repository, "components"), "*.yaml"))
        {
            var lines = File.ReadLines(source).Select(line => line.TrimStart().StartsWith("endpointAddress:", StringComparison.Ordinal)
                ? line[..line.IndexOf("endpointAddress", StringComparison.Ordinal)] + $"endpointAddress: \"{spansEndpoint}\""
                : line);
            File.WriteAllLines(System.IO.Path.Combine(target, System.IO.Path.GetFileName(source)), lines);
        }

        return target;
    }

    private void Rewrite(YamlMappingNode root, string repository, string components, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> environment)
    {
        if (root.Children.TryGetValue("common", out var common))
        {
            RewritePaths((YamlMappingNode)common, repository, components);
        }

        foreach (var app in ((YamlSequenceNode)root.Children["apps"]).Cast<YamlMappingNode>())
        {
            var id = ((YamlScalarNode)app.Children["appID"]).Value!;
            _apps[id] = app;
            RewritePaths(app, repository, components);
            foreach (var port in (string[])["appPort", "daprHTTPPort", "daprGRPCPort", "metricsPort"])
            {
                if (app.Children.ContainsKey(port))
                {
                    app.Children[port] = new YamlScalarNode(FreePort.Next().ToString());
                }
            }

            if (environment.TryGetValue(id, out var more))
            {
                var env = app.Children.TryGetValue("env", out var node) ? (YamlMappingNode)node : new YamlMappingNode();
                foreach (var (key, value) in more)
                {
                    env.Children[key] = new YamlScalarNode(value) { Style = YamlDotNet.Core.ScalarStyle.DoubleQuoted };
                }

                app.Children["env"] = env;
            }
        }
    }

    private static void RewritePaths(YamlMappingNode node, string repository, string components)
    {
        if (node.Children.ContainsKey("resourcesPaths"))
        {
            node.Children["resourcesPaths"] = new YamlSequenceNode(new YamlScalarNode(components));
        }

        if (node.Children.TryGetValue("configFilePath", out var configuration))
        {
            node.Children["configFilePath"] = new YamlScalarNode(System.IO.Path.Combine(components, System.IO.Path.GetFileName(((YamlScalarNode)configuration).Value!)));
        }

        if (node.Children.TryGetValue("appDirPath", out var folder))
        {
            node.Children["appDirPath"] = new YamlScalarNode(System.IO.Path.GetFullPath(((YamlScalarNode)folder).Value!, repository));
        }
    }

    private string? Scalar(string appId, string key) => _apps[appId].Children.TryGetValue(key, out var node) ? ((YamlScalarNode)node).Value : null;
}
