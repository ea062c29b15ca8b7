using Sidecar.Components;
using Sidecar.Faults;
using Sidecar.Host.Apps;
using Sidecar.Host.Output;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Runs;

/// <summary>
/// The apps of one run file with their sidecars. Order of a start: all sidecars listen, the apps start, each sidecar sees its app.
/// Order of a stop: the sidecars hand out no new work, the apps stop, the sidecars close; so that an app can use its sidecar to its end.
/// </summary>
internal sealed class PlatformRun : IAsyncDisposable
{
    private static readonly TimeSpan AvailabilityPoll = TimeSpan.FromMilliseconds(100);

    private readonly RunOptions _options;
    private readonly HostContext _context;
    private readonly ProcessLauncher _launcher;
    private readonly TaskCompletionSource _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PlatformRun(RunFile file, RunOptions options, HostContext context)
    {
        File = file;
        _options = options;
        _context = context;
        var wrapper = ChildWrapper.Find(context.Environment.GetValueOrDefault("PATH"));
        _launcher = new ProcessLauncher(wrapper);
        var pids = new PidFiles(Path.Combine(options.RunDirectory, "pids"));
        var scope = new RunScope();
        Faults = FaultInjection.Of(scope);
        Faults.Replace(file.Faults);
        Apps = [.. file.Apps.Select(app => Create(app, wrapper, pids, scope))];
    }

    /// <summary>The run file, free ports assigned.</summary>
    public RunFile File { get; }

    /// <summary>The apps, in the order of the file.</summary>
    public IReadOnlyList<RunningApp> Apps { get; }

    /// <summary>The faults that are injected into the run; off unless the run file or somebody at the control port asks for some.</summary>
    public FaultInjection Faults { get; }

    /// <summary>Completes when somebody asked for the end of the run.</summary>
    public Task StopRequested => _stopRequested.Task;

    /// <summary>The time an app gets to stop.</summary>
    public TimeSpan StopTimeout => _options.StopTimeout;

    /// <summary>Asks for the end of the run.</summary>
    public void RequestStop() => _stopRequested.TrySetResult();

    /// <summary>All instances of an app id, or the one instance that is named, e.g. <c>orders.2</c>; none when nothing has that name.</summary>
    public IReadOnlyList<RunningApp> Find(string name)
    {
        var all = Apps.Where(app => app.App.AppId == name).ToList();
        return all.Count > 0 ? all : [.. Apps.Where(app => $"{app.App.AppId}.{app.App.Instance}" == name)];
    }

    /// <summary>Restarts instances one after the other; each must be available again before the next one goes, so that the others can serve.</summary>
    public async Task RestartAsync(IReadOnlyList<RunningApp> instances, CancellationToken cancellationToken)
    {
        foreach (var app in instances)
        {
            await app.Process.RestartAsync(StopTimeout);
            var began = _context.Time.GetTimestamp();
            while (instances.Count > 1 && !app.Sidecar.IsAppAvailable && _context.Time.GetElapsedTime(began) < _options.StartTimeout)
            {
                await Task.Delay(AvailabilityPoll, _context.Time, cancellationToken);
            }
        }
    }

    /// <summary>Starts all sidecars; returns what went wrong.</summary>
    public async Task<IReadOnlyList<string>> StartSidecarsAsync(CancellationToken cancellationToken)
    {
        var starts = await Task.WhenAll(Apps.Select(app => StartSidecarAsync(app, cancellationToken)));
        return [.. starts.SelectMany(errors => errors).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Starts the apps and waits until every sidecar sees its app ready. Returns the first failure in words, or null.</summary>
    public async Task<string?> StartAppsAsync(CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waits = Apps.Where(app => app.Process.IsManaged).Select(app => StartAppAsync(app, giveUp.Token)).ToList();
        string? failure = null;
        while (waits.Count > 0 && failure is null)
        {
            var first = await Task.WhenAny(waits);
            waits.Remove(first);
            failure = await first;
        }

        await giveUp.CancelAsync();
        await Task.WhenAll(waits);
        return cancellationToken.IsCancellationRequested ? null : failure;
    }

    /// <summary>Stops everything in order. Returns false when something had to be forced.</summary>
    public async Task<bool> StopAsync(CancellationToken atOnce)
    {
        await ForAllAsync("draining", sidecar => sidecar.DrainAsync(atOnce));
        var orderly = await Task.WhenAll(Apps.Select(app => app.Process.StopAsync(atOnce.IsCancellationRequested ? TimeSpan.Zero : _options.StopTimeout)));
        var closed = await ForAllAsync("stopping", sidecar => sidecar.StopAsync(atOnce));
        return closed && orderly.All(value => value);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var app in Apps)
        {
            await app.DisposeAsync();
        }

        _launcher.Dispose();
    }

    private RunningApp Create(AppDefinition app, ChildWrapper wrapper, PidFiles pids, RunScope scope)
    {
        var logs = Path.Combine(_options.RunDirectory, "logs");
        var output = new AppOutput(_context.Console, $"== APP - {app.Name} ==", Path.Combine(logs, app.Name + ".log"), app.AppLog);
        var sidecarOutput = new AppOutput(_context.Console, $"== DAPR - {app.Name} ==", Path.Combine(logs, app.Name + ".sidecar.log"), app.SidecarLog);
        var external = _options.External.Contains(app.AppId, StringComparer.Ordinal);
        var process = new AppSupervisor(app, _launcher, wrapper, pids, output, _context.Console, _context.Environment, RestartPolicy.Default, _context.Time, external);
        var loggers = new SidecarLoggers(app.AppId, sidecarOutput, app.LogLevel, _context.Time);
        return new RunningApp(app, process, _context.Sidecars.Create(app, _context.Environment, scope, loggers), sidecarOutput);
    }

    private static async Task<IReadOnlyList<string>> StartSidecarAsync(RunningApp app, CancellationToken cancellationToken)
    {
        try
        {
            await app.Sidecar.StartAsync(cancellationToken);
            return [];
        }
        catch (SidecarStartException exception)
        {
            return exception.Errors;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A port taken since the check, say: reported with the others, and the run ends.
            return [$"the sidecar of {app.App.Name} cannot start: {exception.Message}"];
        }
    }

    private async Task<string?> StartAppAsync(RunningApp app, CancellationToken cancellationToken)
    {
        await app.Process.StartAsync();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ready = app.Sidecar.WaitUntilReadyAsync(giveUp.Token);
        var timeout = Task.Delay(_options.StartTimeout, _context.Time, giveUp.Token);
        var first = await Task.WhenAny(ready, app.Process.FailedBeforeReady, timeout);
        if (cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        await giveUp.CancelAsync();
        if (ready.IsCompletedSuccessfully)
        {
            app.Process.MarkReady();
            return null;
        }

        var reason = first == timeout ? $"was not ready within {_options.StartTimeout.TotalSeconds:0} s"
            : first == ready ? $"is up, but its sidecar cannot use it ({ready.Exception?.InnerException?.Message})"
            : await app.Process.FailedBeforeReady;
        return $"{app.App.Name} {reason}. Its last lines:{Environment.NewLine}{string.Join(Environment.NewLine, app.Process.Output.LastLines.Select(line => "  " + line))}";
    }

    private async Task<bool> ForAllAsync(string what, Func<IAppSidecar, Task> action)
    {
        var results = await Task.WhenAll(Apps.Select(async app =>
        {
            try
            {
                await action(app.Sidecar);
                return true;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // One sidecar that cannot stop must not keep the others from it; the run ends with a failure.
                _context.Console.Error($"{what} the sidecar of {app.App.Name} failed: {exception.Message}");
                return false;
            }
        }));
        return results.All(value => value);
    }
}
