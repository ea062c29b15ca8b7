namespace Setup;

/// <summary>
/// A file of KEY='value' lines that a shell can source. Values set once stay (passwords of existing roles, tokens), and the file is
/// replaced whole, so that a crash leaves the old one.
/// </summary>
internal sealed class EnvironmentFile
{
    private readonly string _path;
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    private EnvironmentFile(string path) => _path = path;

    /// <summary>The values by name.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Reads the file; one that does not exist is empty.</summary>
    public static EnvironmentFile Load(string path)
    {
        var file = new EnvironmentFile(path);
        if (File.Exists(path))
        {
            foreach (var line in File.ReadLines(path))
            {
                if (!line.StartsWith('#') && line.Split('=', 2) is [var key, ['\'', .. var value, '\'']])
                {
                    file._values[key] = value.Replace("'\\''", "'", StringComparison.Ordinal);
                }
            }
        }

        return file;
    }

    /// <summary>Sets a value.</summary>
    public void Set(string key, string value) => _values[key] = value;

    /// <summary>The value, made by <paramref name="create"/> when it is not there yet.</summary>
    public string GetOrAdd(string key, Func<string> create)
    {
        if (!_values.TryGetValue(key, out var value))
        {
            _values[key] = value = create();
        }

        return value;
    }

    /// <summary>Writes the file, readable by its owner only.</summary>
    public void Save()
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        Directory.CreateDirectory(directory);
        var temporary = _path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(temporary, options))
        {
            writer.WriteLine("# Written by build/Setup: connection details of this clone. Exported by build/run.sh.");
            foreach (var (key, value) in _values)
            {
                writer.WriteLine($"{key}='{value.Replace("'", "'\\''", StringComparison.Ordinal)}'");
            }
        }

        File.Move(temporary, _path, overwrite: true);
    }
}
