using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Components;

/// <summary>Reads the YAML documents of resources folders. What cannot be read is reported, the rest goes on, so that all errors show at once.</summary>
internal static class ResourceFiles
{
    /// <summary>All documents of the folders (or files), in the order of the paths, then of the file names.</summary>
    /// <param name="lenient">A file that is no YAML and a document that is no resource are said and left out, as daprd does; otherwise they are errors.</param>
    public static List<ResourceDocument> Read(IEnumerable<string> paths, ICollection<ResourceProblem> problems, bool lenient = false)
    {
        var documents = new List<ResourceDocument>();
        foreach (var path in paths)
        {
            if (File.Exists(path))
            {
                ReadFile(path, documents, problems, lenient);
            }
            else if (Directory.Exists(path))
            {
                foreach (var file in Directory.EnumerateFiles(path).Where(IsYaml).Order(StringComparer.Ordinal))
                {
                    ReadFile(file, documents, problems, lenient);
                }
            }
            else
            {
                problems.Add(new(path, "", "there is no such file or folder; give the folder with the resource files"));
            }
        }

        return documents;
    }

    private static bool IsYaml(string file) => Path.GetExtension(file).ToLowerInvariant() is ".yaml" or ".yml";

    private static void ReadFile(string file, List<ResourceDocument> documents, ICollection<ResourceProblem> problems, bool lenient)
    {
        try
        {
            using var reader = new StringReader(File.ReadAllText(file));
            var yaml = YamlReading.Load(reader);
            foreach (var document in yaml.Documents)
            {
                if (document.RootNode is YamlMappingNode root)
                {
                    Add(file, root, documents, problems, lenient);
                }
                else if (document.RootNode is not YamlScalarNode { Value: null or "" })
                {
                    problems.Add(new(file, "", "holds a document that is not a mapping; a resource has apiVersion, kind, metadata and spec", IsError: !lenient));
                }
            }
        }
        catch (YamlException exception)
        {
            problems.Add(new(file, "", $"is not YAML: line {exception.Start.Line}: {exception.InnerException?.Message ?? exception.Message}", IsError: !lenient));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(file, "", $"cannot be read: {exception.Message}"));
        }
    }

    private static void Add(string file, YamlMappingNode root, List<ResourceDocument> documents, ICollection<ResourceProblem> problems, bool lenient)
    {
        var kind = root.TextAt("kind");
        var version = root.TextAt("apiVersion");
        if (kind is null || version is null)
        {
            problems.Add(new(file, kind is null ? "kind" : "apiVersion", $"is missing; there are: {ResourceSchemas.Kinds}", IsError: !lenient));
        }
        else if (ResourceSchemas.Of(kind, version) is null)
        {
            problems.Add(new(file, "kind", $"{(kind == ResourceSchemas.NotBuilt ? $"'{kind}' of Dapr is not built here: it would refuse nothing" : $"Dapr knows no '{kind}' of '{version}'")}; there are: {ResourceSchemas.Kinds}", IsError: !lenient));
        }
        else if (root.TextAt("metadata", "name") is not { } name)
        {
            problems.Add(new(file, "metadata.name", "is missing", IsError: !lenient));
        }
        else if (name is "." or ".." || name.AsSpan().ContainsAny('/', '%'))
        {
            problems.Add(new(file, "metadata.name", $"'{name}' cannot stand in a path; give a name without / and %", IsError: !lenient));
        }
        else
        {
            documents.Add(new ResourceDocument(kind, version, name, root.TextsAt("scopes"), root, file));
        }
    }
}
