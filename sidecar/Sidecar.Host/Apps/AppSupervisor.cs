using System.ComponentModel;
using System.Diagnostics;
using Sidecar.Host.Output;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Apps;

/// <summary>
/// Keeps the process of one app: starts it, notes its end, starts it again after a crash, stops it. Invariant: at most one loop per app runs, and
/// <see cref="StartAsync"/>, <see cref="StopAsync"/> and <see cref="RestartAsync"/> take turns, so that two processes of one app never run at once.
/// </summary>
internal sealed class AppSupervisor(
    AppDefinition app,
    ProcessLauncher launcher,
    ChildWrapper wrapper,
    PidFiles pids,
    AppOutput output,
    IConsole console,
    IReadOnlyDictionary<string, string> inherited,
    RestartPolicy policy,
    TimeProvider time,
    bool external) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<string> _failedBeforeReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _stop;
    private Task _loop = Task.CompletedTask;
    private Process? _process;
    private bool _wasReady;

    /// <summary>The app.</summary>
    public AppDefinition App => app;

    /// <summary>What the process is doing.</summary>
    public AppState State { get; private set; } = external ? AppState.External : app.Command.Count == 0 ? AppState.None : AppState.Stopped;

    /// <summary>Whether the host runs the process.</summary>
    public bool IsManaged => State is not (AppState.External or AppState.None);

    /// <summary>How often it was started again after a crash.</summary>
    public int Restarts { get; private set; }

    /// <summary>The process id, or null when none runs.</summary>
    public int? ProcessId
    {
        get
        {
            lock (_gate)
            {
                return _process?.Id;
            }
        }
    }

    /// <summary>Completes with the reason when the app ends before it was ready for the first time.</summary>
    public Task<string> FailedBeforeReady => _failedBeforeReady.Task;

    /// <summary>The output, for error messages.</summary>
    public AppOutput Output => output;

    /// <summary>Called when the process is about to end on request, and when it has ended.</summary>
    public Action? Leaving { get; set; }

    /// <summary>Called when a process has been started.</summary>
    public Action? Launched { get; set; }

    /// <summary>Called when the app's sidecar saw it ready.</summary>
    public void MarkReady()
    {
        lock (_gate)
        {
            _wasReady = true;
            if (State == AppState.Starting)
            {
                State = AppState.Running;
            }
        }
    }

    /// <summary>Starts the process unless it runs.</summary>
    public Task StartAsync() => InTurnAsync(() =>
    {
        if (IsManaged && _loop.IsCompleted)
        {
            Launch();
        }

        return Task.CompletedTask;
    });

    /// <summary>Stops the process: SIGTERM, and after the grace period SIGKILL. Returns false when it had to be killed.</summary>
    public async Task<bool> StopAsync(TimeSpan grace)
    {
        var orderly = true;
        await InTurnAsync(async () => orderly = await HaltAsync(grace));
        return orderly;
    }

    /// <summary>Stops and starts the process.</summary>
    public Task RestartAsync(TimeSpan grace) => InTurnAsync(async () =>
    {
        if (IsManaged)
        {
            await HaltAsync(grace);
            Launch();
        }
    });

    /// <inheritdoc />
    public void Dispose()
    {
        _stop?.Dispose();
        _process?.Dispose();
        _turn.Dispose();
        output.Dispose();
    }

    private async Task InTurnAsync(Func<Task> action)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            await action();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Launch()
    {
        _stop?.Dispose();
        _stop = new CancellationTokenSource();
        var stop = _stop.Token;
        State = AppState.Starting;
        _loop = Task.Run(() => SuperviseAsync(stop), CancellationToken.None);
    }

    private async Task<bool> HaltAsync(TimeSpan grace)
    {
        if (_stop is null || !IsManaged)
        {
            return true;
        }

        if (State is not (AppState.Failed or AppState.Stopped))
        {
            State = AppState.Stopping;
        }

        await _stop.CancelAsync();
        Leaving?.Invoke();
        SignalProcess(Signals.AskToStop);
        var ended = await EndedWithinAsync(grace);
        if (!ended)
        {
            console.Line($"{app.Name} did not stop within {grace.TotalSeconds:0.#} s: killed");
            SignalProcess(Signals.End);
            await _loop;
        }

        return ended;
    }

    private async Task<bool> EndedWithinAsync(TimeSpan grace)
    {
        try
        {
            await _loop.WaitAsync(grace, time, CancellationToken.None);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void SignalProcess(Action<Process, bool> signal)
    {
        lock (_gate)
        {
            if (_process is not null)
            {
                signal(_process, wrapper.LeadsGroup);
            }
        }
    }

    private async Task SuperviseAsync(CancellationToken stop)
    {
        try
        {
            await KeepRunningAsync(stop);
        }
        catch (Exception exception)
        {
            // A fault of the host itself (a full disk, say): the app counts as failed, and whoever waits for it is told.
            State = AppState.Failed;
            console.Error($"supervising {app.Name} failed: {exception}");
            _failedBeforeReady.TrySetResult($"could not be supervised ({exception.Message})");
            SignalProcess(Signals.End);
        }
    }

    private async Task KeepRunningAsync(CancellationToken stop)
    {
        var crashes = 0;
        while (true)
        {
            var started = time.GetTimestamp();
            var end = await RunOnceAsync(stop);
            if (stop.IsCancellationRequested)
            {
                State = AppState.Stopped;
                return;
            }

            if (!_wasReady)
            {
                State = AppState.Failed;
                _failedBeforeReady.TrySetResult(end);
                return;
            }

            crashes = time.GetElapsedTime(started) >= policy.Stable ? 1 : crashes + 1;
            if (!await PauseAsync(crashes, end, stop))
            {
                return;
            }
        }
    }

    /// <summary>Waits before the next start; false when there is none.</summary>
    private async Task<bool> PauseAsync(int crashes, string end, CancellationToken stop)
    {
        if (policy.Pause(crashes) is not { } pause)
        {
            State = AppState.Failed;
            console.Error($"{app.Name} {end}; it crashed {crashes} times in a row and is not started again (start it with: start-app {app.Name}). Its last lines:");
            foreach (var line in output.LastLines)
            {
                console.Error("  " + line);
            }

            return false;
        }

        State = AppState.Crashed;
        console.Line($"{app.Name} {end}; started again in {pause.TotalSeconds:0.#} s (crash {crashes} of at most {policy.Limit} in a row)");
        await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stop.IsCancellationRequested)
        {
            State = AppState.Stopped;
            return false;
        }

        Restarts++;
        State = AppState.Starting;
        return true;
    }

    /// <summary>Runs the process once and says in words how it ended.</summary>
    private async Task<string> RunOnceAsync(CancellationToken stop)
    {
        Process process;
        try
        {
            process = await launcher.StartAsync(app.Command, app.Directory, AppEnvironment.Full(app, inherited));
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or IOException)
        {
            output.Line(exception.Message);
            return $"could not be started ({exception.Message})";
        }

        using (process)
        {
            lock (_gate)
            {
                _process = process;
            }

            Launched?.Invoke();
            pids.Write(app.Name, process);
            if (_wasReady && !stop.IsCancellationRequested)
            {
                State = AppState.Running;
            }
            else if (stop.IsCancellationRequested)
            {
                SignalProcess(Signals.AskToStop);
            }

            var code = await FollowAsync(process);
            lock (_gate)
            {
                _process = null;
            }

            Leaving?.Invoke();
            pids.Remove(app.Name);
            return code > 128 ? $"was ended by signal {code - 128}" : $"exited with code {code}";
        }
    }

    private async Task<int> FollowAsync(Process process)
    {
        // A grandchild may hold the pipes open after the process ended: its output is not waited for.
        using var closing = new CancellationTokenSource();
        var pumps = Task.WhenAll(
            LinePump.RunAsync(process.StandardOutput, line => output.Line(line), closing.Token),
            LinePump.RunAsync(process.StandardError, line => output.Line(line), closing.Token));
        await process.WaitForExitAsync(CancellationToken.None);
        closing.CancelAfter(TimeSpan.FromSeconds(1));
        await pumps.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return process.ExitCode;
    }
}
