using System.Diagnostics;
using System.Text.Json;
using Sidecar.Host.Runs;
using Sidecar.NameResolution;

namespace Sidecar.Host.Daprd;

/// <summary>
/// A folder in which sidecars that stand alone find each other: a file for each, which only its user can read, since it holds the token. A file
/// whose process is gone counts as absent.
/// </summary>
internal sealed class AddressFolder(string path, TimeProvider time) : IPeerAddresses
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private ILookup<string, PeerAddress> _known = Array.Empty<PeerAddress>().ToLookup(address => address.AppId, StringComparer.Ordinal);
    private long _read;

    /// <summary>The folder that <c>SIDECAR_ADDRESSES</c> names, else one of the user's own.</summary>
    public static string Path(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("SIDECAR_ADDRESSES") is { Length: > 0 } given ? System.IO.Path.GetFullPath(given)
        : System.IO.Path.Combine(environment.GetValueOrDefault("XDG_RUNTIME_DIR") is { Length: > 0 } own ? own : UsersData(), "sidecar-addresses");

    // A folder in which nobody else can be first to make ours, as in the one for temporary files.
    private static string UsersData() => Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);

    /// <inheritdoc />
    public IReadOnlyList<PeerAddress> Find(string appId)
    {
        lock (_gate)
        {
            // Who is known may be asked again for a while; who is not may have come just now.
            if (!_known.Contains(appId) || time.GetElapsedTime(_read) > Fresh)
            {
                _known = ReadAll().ToLookup(address => address.AppId, StringComparer.Ordinal);
                _read = time.GetTimestamp();
            }

            return [.. _known[appId]];
        }
    }

    /// <inheritdoc />
    public IDisposable Announce(PeerAddress own)
    {
        Prepare();
        var file = System.IO.Path.Combine(path, $"{Environment.ProcessId}-{own.Url.Port}.json");
        PrivateFile.Write(file, JsonSerializer.Serialize(new Entry(Environment.ProcessId, own)));
        return new Announced(file);
    }

    // Whoever else could write there could have the app's calls go to himself.
    private void Prepare()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (OthersMayWrite())
        {
            throw new UnauthorizedAccessException($"others may write to {path}: take that right from them, or name another folder in SIDECAR_ADDRESSES");
        }
    }

    private bool OthersMayWrite() =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != UnixFileMode.None;

    private IEnumerable<PeerAddress> ReadAll() =>
        Directory.Exists(path) && !OthersMayWrite() ? Directory.GetFiles(path, "*.json").Order(StringComparer.Ordinal).Select(Read).OfType<PeerAddress>() : [];

    private static PeerAddress? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(File.ReadAllText(file)) is { } entry && Runs(entry.ProcessId) ? entry.Address : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // Withdrawn at this moment, or no address of this user.
            return null;
        }
    }

    private static bool Runs(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private sealed record Entry(int ProcessId, PeerAddress Address);

    private sealed class Announced(string file) : IDisposable
    {
        public void Dispose() => File.Delete(file);
    }
}
