namespace Sidecar.Host.Runs;

/// <summary>Held by the one host that uses a run folder; the operating system lets go of it when the host dies.</summary>
internal sealed class RunLock : IDisposable
{
    private const string FileName = "host.lock";

    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or returns null when another host has it.</summary>
    public static RunLock? TryTake(string runDirectory)
    {
        Directory.CreateDirectory(runDirectory);
        try
        {
            return new RunLock(new FileStream(Path.Combine(runDirectory, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether a host uses the run folder now.</summary>
    public static bool IsHeld(string runDirectory)
    {
        if (!File.Exists(Path.Combine(runDirectory, FileName)))
        {
            return false;
        }

        using var taken = TryTake(runDirectory);
        return taken is null;
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();
}
