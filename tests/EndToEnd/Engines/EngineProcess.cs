using System.Collections.Concurrent;
using System.Diagnostics;

namespace EndToEnd.Engines;

/// <summary>A program the suite starts, with its output kept (the last 2,000 lines) for failures.</summary>
internal sealed class EngineProcess : IDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;

    /// <summary>Starts it.</summary>
    public EngineProcess(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>True once it ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The exit code of a process that ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines it wrote.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Asks it to stop (SIGTERM) and waits; fails with its output when it does not within a minute.</summary>
    public async Task TerminateAsync()
    {
        await SignalAsync("TERM");
        await ExitCodeAsync();
    }

    /// <summary>
    /// Starts it as the leader of a process group of its own, as a terminal does, so that <see cref="InterruptAsync"/> can reach the group. A test run in the background
    /// has SIGINT ignored and would hand that on, and a shell cannot trap what was ignored when it began: hence the default.
    /// </summary>
    public static EngineProcess InAGroup(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment) =>
        OperatingSystem.IsLinux() ? new("env", ["--default-signal=INT", "setsid", program, .. arguments], folder, environment) : new(program, arguments, folder, environment);

    /// <summary>Ctrl-C: SIGINT to the whole group (where there is no setsid, SIGTERM to the process).</summary>
    public Task InterruptAsync() => OperatingSystem.IsLinux() ? KillAsync("-INT", "--", $"-{_process.Id}") : SignalAsync("TERM");

    /// <summary>Sends a signal, as `kill -NAME` does.</summary>
    public async Task SignalAsync(string name)
    {
        if (!_process.HasExited)
        {
            await KillAsync($"-{name}", _process.Id.ToString());
        }
    }

    /// <summary>Waits for its end; fails with its output when it does not end within a minute.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException exception)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{_process.StartInfo.FileName} did not stop within a minute. Its output ends with:\n{Output}", exception);
        }
    }

    /// <summary>Kills it alone (SIGKILL) and waits for its end.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static async Task KillAsync(params string[] arguments)
    {
        using var kill = Process.Start("kill", arguments);
        await kill.WaitForExitAsync();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        while (_output.Count > 2_000)
        {
            _output.TryDequeue(out _);
        }
    }
}
