using Microsoft.Extensions.Logging;
using Sidecar.NameResolution;

namespace Sidecar.PubSub;

/// <summary>
/// The messages of an app are for all its instances. While the app of this instance is away or unhealthy and another instance can take them, this
/// one lets go of its subscriptions, so that no message waits in it; alone it keeps them, and what it holds waits for the app.
/// </summary>
internal sealed partial class SharedIntake(RuntimeServices services, Func<CancellationToken, Task> suspend, Func<CancellationToken, Task> resume, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private readonly AppRegistry _apps = AppRegistry.Of(services.Run);
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private volatile bool _isSuspended;

    /// <summary>Whether the subscriptions are let go of: nothing may start them until they are resumed.</summary>
    public bool IsSuspended => _isSuspended;

    /// <summary>Begins to watch the app.</summary>
    public void Start() => _loop = Task.Run(WatchAsync, CancellationToken.None);

    /// <summary>Leaves the subscriptions as they are from now on.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        while (true)
        {
            await Task.Delay(Poll, services.Time, _stop.Token);
            try
            {
                await LookAsync();
            }
            catch (Exception exception) when (!_stop.IsCancellationRequested)
            {
                // The broker is away, say: tried again at the next look.
                LogFault(services.AppId, exception);
            }
        }
    }

    private async Task LookAsync()
    {
        if (!_isSuspended && !services.App.IsAvailable && _apps.HasAvailableBesides(services.AppId, services.Options.Instance))
        {
            LogSuspended(services.AppId, services.Options.Instance);
            _isSuspended = true;
            await suspend(_stop.Token);
        }
        else if (_isSuspended && services.App.IsAvailable)
        {
            await ResumeAsync();
            LogResumed(services.AppId, services.Options.Instance);
        }
    }

    // First the word, then the deed: a reload that comes between starts them itself and leaves none out.
    private async Task ResumeAsync()
    {
        _isSuspended = false;
        try
        {
            await resume(_stop.Token);
        }
        catch
        {
            _isSuspended = true;
            throw;
        }
    }

    [LoggerMessage(3411, LogLevel.Information, "Instance {Instance} of app {AppId} is away: the others take its messages")]
    private partial void LogSuspended(string appId, int instance);

    [LoggerMessage(3412, LogLevel.Information, "Instance {Instance} of app {AppId} takes messages again")]
    private partial void LogResumed(string appId, int instance);

    [LoggerMessage(3413, LogLevel.Warning, "The subscriptions of app {AppId} could not follow its state; tried again")]
    private partial void LogFault(string appId, Exception exception);
}
