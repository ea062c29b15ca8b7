using System.Diagnostics;

namespace EndToEnd.Engines;

/// <summary>Servers, databases and built services of one run of the suite: what build/run.sh prepares before it starts an engine.</summary>
internal sealed class PlatformSetup : IAsyncDisposable
{
    private PlatformSetup(string folder, Uri postgres, IReadOnlyDictionary<string, string> environment)
    {
        Folder = folder;
        Postgres = postgres;
        Environment = environment;
    }

    /// <summary>The run's folder.</summary>
    public string Folder { get; }

    /// <summary>The database server, as its administrating role.</summary>
    public Uri Postgres { get; }

    /// <summary>The connection details as build/Setup wrote them.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Starts servers of their own with empty data and prepares the databases.</summary>
    public static async Task<PlatformSetup> CreateAsync(string name)
    {
        var root = TestServers.RepositoryRoot;
        var folder = Path.Combine(root, ".run", name);
        var servers = Path.Combine(folder, "servers");
        await RunAsync("sh", ["build/servers.sh", "down", "--dir", servers]);
        RemoveData(servers);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        await RunAsync("sh", ["build/servers.sh", "up", "--dir", servers, "--fast"]);
        var addresses = Read(Path.Combine(servers, "servers.env"));
        var output = Path.Combine(folder, "platform.env");
        await RunAsync("dotnet", [Built(root, "Setup"), "--out", output], addresses);
        return new PlatformSetup(folder, new Uri(addresses["PLATFORM_POSTGRES"]), Read(output));
    }

    /// <summary>The release build of a project; the suite runs what `make run` runs.</summary>
    public static string Built(string root, string project)
    {
        var path = Path.Combine(root, "artifacts", "bin", project, "release", $"{project}.dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing. First: dotnet build Platform.sln -c Release");
    }

    /// <summary>Stops the servers; their data stay.</summary>
    public Task StopServersAsync() => RunAsync("sh", ["build/servers.sh", "down", "--dir", Path.Combine(Folder, "servers")]);

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopServersAsync();

    private static void RemoveData(string servers)
    {
        var pointer = Path.Combine(servers, "data-path");
        if (File.Exists(pointer) && File.ReadAllText(pointer).Trim() is { Length: > 0 } data && Directory.Exists(data))
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>Reads a file of KEY=value lines.</summary>
    public static Dictionary<string, string> Read(string file) => File.ReadLines(file)
        .Where(line => !line.StartsWith('#'))
        .Select(line => line.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1].Trim('\''), StringComparer.Ordinal);

    private static async Task RunAsync(string program, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = TestServers.RepositoryRoot, UseShellExecute = false, RedirectStandardError = true };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        // Servers that stay keep the pipe open: what is read is what was written until the program itself ended.
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync()}");
        }
    }
}
