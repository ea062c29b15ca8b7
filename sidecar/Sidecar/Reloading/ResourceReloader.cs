using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Resiliency;

namespace Sidecar.Reloading;

/// <summary>
/// Takes changed resource files while the sidecar runs. Invariant: a change is taken as a whole or not at all. It is read, validated and
/// connected beside what runs; only when all of it works it takes the place of the old, whose calls and deliveries under way are finished first.
/// </summary>
internal sealed partial class ResourceReloader(SidecarOptions options, RuntimeServices services, ReloadableResiliency resiliency, ILogger logger) : IAsyncDisposable
{
    // What the files were when they were loaded: a change while the app starts is not missed.
    private readonly ResourceWatch? _watch = options.WatchResources > TimeSpan.Zero ? new ResourceWatch(Watched(options), options.WatchResources, options.Time) : null;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;
    private Task _retiring = Task.CompletedTask;

    /// <summary>Follows the files, if the settings and the Configuration want that.</summary>
    public void Watch()
    {
        if (_watch is not null && !services.Resources.Configuration.DisabledFeatures.Contains("HotReload", StringComparer.OrdinalIgnoreCase))
        {
            _watching = Task.Run(() => WatchAsync(_watch), CancellationToken.None);
        }
    }

    /// <summary>Reads the files and takes what changed; the errors, none when it is taken.</summary>
    public async Task<IReadOnlyList<string>> ReloadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var loaded = await new ResourceLoader(options, services.Resources).LoadAsync(cancellationToken);
            return await TakeAsync(loaded, cancellationToken);
        }
        catch (SidecarStartException exception)
        {
            return exception.Errors;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _retiring;
        _turn.Dispose();
        _stopping.Dispose();
    }

    private static IReadOnlyList<string> Watched(SidecarOptions options) => options.ConfigurationPath is { } configuration ? [.. options.ResourcesPaths, configuration] : options.ResourcesPaths;

    private async Task WatchAsync(ResourceWatch watch)
    {
        while (true)
        {
            try
            {
                await watch.ChangedAsync(_stopping.Token);
                foreach (var error in await ReloadAsync(_stopping.Token))
                {
                    LogRefused(options.AppId, error);
                }
            }
            catch (Exception exception) when (!_stopping.IsCancellationRequested)
            {
                // A fault while files are looked at or something is prepared: nothing was taken, and the next change is looked at again.
                LogFault(options.AppId, exception);
            }
        }
    }

    private async Task<IReadOnlyList<string>> TakeAsync(LoadedResources loaded, CancellationToken cancellationToken)
    {
        var reload = ResourceReload.Of(services.Resources, loaded.Resources, [.. services.Blocks.SelectMany(block => block.ReloadedKinds)]);
        foreach (var postponed in reload.Postponed)
        {
            LogPostponed(options.AppId, postponed);
        }

        if (reload.Changes.Count == 0)
        {
            return [];
        }

        var steps = new List<ReloadStep>();
        try
        {
            foreach (var block in services.Blocks)
            {
                steps.AddRange(await block.PrepareReloadAsync(reload, cancellationToken) is { } step ? [step] : []);
            }
        }
        catch (Exception exception)
        {
            await ReloadStep.All(steps).Abort();
            if (exception is ComponentException)
            {
                return [exception.Message];
            }

            throw;
        }

        Commit(reload, loaded, ReloadStep.All(steps));
        return [];
    }

    private void Commit(ResourceReload reload, LoadedResources loaded, ReloadStep step)
    {
        services.Resources = reload.After;
        services.SecretStores.Exchange(loaded.SecretStores);
        if (reload.ChangesResiliency)
        {
            resiliency.Replace(loaded);
        }

        step.Commit();
        _retiring = RetireAsync(_retiring, step);
        foreach (var type in reload.Loaded)
        {
            services.ServiceMetrics.ComponentInitialised(type);
        }

        LogTaken(options.AppId, string.Join(", ", reload.Changes));
    }

    private async Task RetireAsync(Task before, ReloadStep step)
    {
        await before;
        try
        {
            await step.Retire(_stopping.Token);
        }
        catch (Exception exception)
        {
            // What was exchanged serves nobody any more; that it could not be closed is said and changes nothing else.
            LogFault(options.AppId, exception);
        }
    }

    [LoggerMessage(3831, LogLevel.Information, "Sidecar of app {AppId} has taken changed resources: {Changes}")]
    private partial void LogTaken(string appId, string changes);

    [LoggerMessage(3832, LogLevel.Error, "Sidecar of app {AppId} does not take the changed resources and goes on with what it has: {Error}")]
    private partial void LogRefused(string appId, string error);

    [LoggerMessage(3833, LogLevel.Warning, "Sidecar of app {AppId} goes on with what it has until it is restarted: {Change}")]
    private partial void LogPostponed(string appId, string change);

    [LoggerMessage(3834, LogLevel.Error, "Sidecar of app {AppId} failed while it took changed resources")]
    private partial void LogFault(string appId, Exception exception);
}
