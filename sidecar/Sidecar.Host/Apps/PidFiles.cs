using System.Diagnostics;
using System.Text.Json;

namespace Sidecar.Host.Apps;

/// <summary>
/// Remembers the processes of the run in files, so that the next start can end what a killed host left behind. A process is known by its
/// id AND its start time: an id alone may belong to somebody else by then.
/// </summary>
internal sealed class PidFiles(string directory)
{
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(2);

    /// <summary>Remembers an app's process.</summary>
    public void Write(string appId, Process process)
    {
        if (StartTime(process) is not { } start)
        {
            return;
        }

        Directory.CreateDirectory(directory);
        File.WriteAllText(PathOf(appId), JsonSerializer.Serialize(new Entry(process.Id, start)));
    }

    /// <summary>Forgets an app's process.</summary>
    public void Remove(string appId)
    {
        if (File.Exists(PathOf(appId)))
        {
            File.Delete(PathOf(appId));
        }
    }

    /// <summary>Ends the processes that are still there from a run before, and names them.</summary>
    public IReadOnlyList<string> Reclaim()
    {
        var ended = new List<string>();
        foreach (var file in Directory.Exists(directory) ? Directory.GetFiles(directory, "*.json") : [])
        {
            var entry = Read(file);
            if (entry is not null && Find(entry) is { } process)
            {
                using (process)
                {
                    Signals.End(process, group: false);
                    ended.Add($"{Path.GetFileNameWithoutExtension(file)} (process {entry.Id})");
                }
            }

            File.Delete(file);
        }

        return ended;
    }

    private static Entry? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(File.ReadAllText(file));
        }
        catch (JsonException)
        {
            // Written half when the host was killed: nothing can be known from it.
            return null;
        }
    }

    private static Process? Find(Entry entry)
    {
        try
        {
            var process = Process.GetProcessById(entry.Id);
            if (StartTime(process) is { } start && (start - entry.Started).Duration() < ClockSlack)
            {
                return process;
            }

            process.Dispose();
            return null;
        }
        catch (ArgumentException)
        {
            // No such process.
            return null;
        }
    }

    private static DateTime? StartTime(Process process)
    {
        try
        {
            return process.StartTime.ToUniversalTime();
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended a moment ago, or belongs to somebody else.
            return null;
        }
    }

    private string PathOf(string appId) => Path.Combine(directory, appId + ".json");

    private sealed record Entry(int Id, DateTime Started);
}
