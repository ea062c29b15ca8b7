using Microsoft.Extensions.Logging;

namespace Sidecar.Bindings;

/// <summary>Reads the events of one input binding and hands them to the app, until it is stopped.</summary>
internal sealed partial class InputBindingReader(LoadedBinding binding, BindingDelivery delivery, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _intake = new();
    private readonly CancellationTokenSource _deliveries = new();
    private Task _reading = Task.CompletedTask;

    /// <summary>The binding.</summary>
    public LoadedBinding Binding => binding;

    /// <summary>Begins to read.</summary>
    public void Start() => _reading = Task.Run(ReadAsync, CancellationToken.None);

    /// <summary>Takes no new events.</summary>
    public void StopIntake() => _intake.Cancel();

    /// <summary>Takes no new events and waits for those under way until the token is cancelled.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _intake.CancelAsync();
        await using var abandon = cancellationToken.Register(_deliveries.Cancel);
        await _reading;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await DrainAsync(new CancellationToken(canceled: true));
        _intake.Dispose();
        _deliveries.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            LogReading(binding.Name);
            await binding.Input!.ReadAsync(DeliverAsync, _intake.Token);
        }
        catch (OperationCanceledException) when (_intake.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception exception)
        {
            // Ends this binding's events alone; the others and the APIs go on.
            LogEnded(binding.Name, exception);
        }
    }

    private async Task<bool> DeliverAsync(BindingEvent bindingEvent)
    {
        try
        {
            return await delivery.DeliverAsync(bindingEvent, _deliveries.Token);
        }
        catch (OperationCanceledException) when (_deliveries.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            // A fault of the sidecar itself must not end the binding.
            LogFault(binding.Name, exception);
            return false;
        }
    }

    [LoggerMessage(3541, LogLevel.Information, "The app takes the events of binding {Binding}")]
    private partial void LogReading(string binding);

    [LoggerMessage(3542, LogLevel.Error, "Reading binding {Binding} ended")]
    private partial void LogEnded(string binding, Exception exception);

    [LoggerMessage(3543, LogLevel.Error, "Delivering an event of binding {Binding} failed inside the sidecar")]
    private partial void LogFault(string binding, Exception exception);
}
