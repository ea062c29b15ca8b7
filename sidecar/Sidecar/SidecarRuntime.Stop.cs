using Sidecar.NameResolution;

namespace Sidecar;

/// <content>How it drains and stops: deliveries end first, then its ports, then its parts, each whatever the others do.</content>
internal sealed partial class SidecarRuntime
{
    private async Task DrainBlocksAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Options.GracefulShutdown, Options.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await Task.WhenAll(_blocks.Select(block => QuietlyAsync(() => block.DrainAsync(linked.Token))));
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        await BlockAsync(cancellationToken);
        await _stopping.CancelAsync();
        await DrainAsync(cancellationToken);
        if (_callee is not null)
        {
            AppRegistry.Of(Options.Run).Remove(Options.AppId, _callee);
        }

        if (_endpoints is not null)
        {
            using var limit = new CancellationTokenSource(Options.GracefulShutdown, Options.Time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await QuietlyAsync(() => Task.WhenAll(_endpoints.StopAsync(linked.Token), _peers?.StopAsync(linked.Token) ?? Task.CompletedTask));
            await _endpoints.DisposeAsync();
        }

        await (_peers?.DisposeAsync() ?? ValueTask.CompletedTask);

        await _readying;
        if (_reloader is not null)
        {
            await QuietlyAsync(() => _reloader.DisposeAsync().AsTask());
        }

        foreach (var owned in _blocks.Concat(_owned))
        {
            await QuietlyAsync(() => owned.DisposeAsync().AsTask());
        }

        _ownedSync.ForEach(owned => owned.Dispose());
        LogStopped(Options.AppId);
    }

    private async Task BlockAsync(CancellationToken cancellationToken)
    {
        if (Options.BlockShutdown <= TimeSpan.Zero || !_isStarted)
        {
            return;
        }

        LogBlocked(Options.AppId, Options.BlockShutdown);
        using var limit = new CancellationTokenSource(Options.BlockShutdown, Options.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await _monitor!.WaitUntilUnhealthyAsync(linked.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // A stop goes on with the rest whatever one part throws.
    private async Task QuietlyAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (OperationCanceledException)
        {
            LogAbandoned(Options.AppId);
        }
        catch (Exception exception)
        {
            LogStopFault(Options.AppId, exception);
        }
    }
}
