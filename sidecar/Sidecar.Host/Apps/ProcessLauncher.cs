using System.Collections.Concurrent;
using System.Diagnostics;

namespace Sidecar.Host.Apps;

/// <summary>
/// Starts child processes, all from one thread that lives as long as the host. Invariant: on Linux the kernel sends a child its
/// parent-death signal when the THREAD that forked it ends, so that a child started from a pool thread would die with that thread.
/// </summary>
internal sealed class ProcessLauncher : IDisposable
{
    private readonly BlockingCollection<Action> _requests = new(boundedCapacity: 64);
    private readonly ChildWrapper _wrapper;

    public ProcessLauncher(ChildWrapper wrapper)
    {
        _wrapper = wrapper;
        new Thread(Work) { IsBackground = true, Name = "process launcher" }.Start();
    }

    /// <summary>Starts a program with redirected output. Throws <see cref="System.ComponentModel.Win32Exception"/> when it cannot be started.</summary>
    public Task<Process> StartAsync(IReadOnlyList<string> command, string directory, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var wrapped = _wrapper.Wrap(command);
        start.FileName = wrapped[0];
        foreach (var argument in wrapped.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.Add(() => Start(start, started));
        return started.Task;
    }

    /// <summary>Ends the thread, and with it whatever child is still there.</summary>
    public void Dispose() => _requests.CompleteAdding();

    private static void Start(ProcessStartInfo start, TaskCompletionSource<Process> started)
    {
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            started.SetResult(process);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            started.SetException(exception);
        }
    }

    private void Work()
    {
        foreach (var request in _requests.GetConsumingEnumerable())
        {
            request();
        }
    }
}
