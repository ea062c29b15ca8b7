using Microsoft.Extensions.Logging;
using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Metadata;
using Sidecar.State;

namespace Sidecar.Bindings;

/// <summary>Bindings: the output bindings with their API, and the input bindings that call the app.</summary>
internal sealed partial class BindingsBuildingBlock : IBuildingBlock
{
    private const int ProbeAttempts = 5;
    private readonly RuntimeServices _services;
    private readonly ILogger _logger;
    private readonly List<LoadedBinding> _bindings;
    private readonly CancellationTokenSource _intake = new();
    private readonly CancellationTokenSource _deliveries = new();
    private readonly List<Task> _reading = [];

    private BindingsBuildingBlock(RuntimeServices services)
    {
        _services = services;
        _logger = services.Loggers.CreateLogger("Sidecar.Bindings");
        _bindings = [.. services.ComponentsOf("bindings").Select(spec => new LoadedBinding(spec, BindingTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase)).Create(spec, services.ComponentContext)))];
        Outputs = new OutputBindings(_bindings, services.Resiliency);
        HttpApis = [new BindingsHttpApi(Outputs, services.Tracing)];
        GrpcApis = [new BindingGrpcApi(Outputs, services.Tracing)];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    /// <summary>The output bindings, for every API that calls them.</summary>
    public OutputBindings Outputs { get; }

    public IEnumerable<LoadedComponent> LoadedComponents =>
        _bindings.Select(binding => new LoadedComponent(binding.Name, binding.Spec.Type, binding.Spec.Version, binding.Capabilities));

    /// <summary>Components that cannot be used at present, with the reason.</summary>
    public IEnumerable<KeyValuePair<string, string>> Problems =>
        _bindings.Where(binding => binding.Binding.Problem is not null).Select(binding => KeyValuePair.Create(binding.Name, binding.Binding.Problem!));

    public static IBuildingBlock Create(RuntimeServices services) => new BindingsBuildingBlock(services);

    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(_bindings.Select(binding => binding.Binding.StartAsync(cancellationToken)));

    public async Task AppReadyAsync(CancellationToken cancellationToken)
    {
        var answers = new AppBindingAnswer(Outputs, FindStore, _logger);
        foreach (var binding in _bindings.Where(binding => binding.Input is not null))
        {
            var delivery = new BindingDelivery(binding, _services, answers, _logger);
            if (binding.IsDeclaredInput || await IsWantedAsync(binding, delivery, cancellationToken))
            {
                _reading.Add(Task.Run(() => ReadAsync(binding, delivery), CancellationToken.None));
            }
            else
            {
                LogNotWanted(binding.Name);
            }
        }
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _intake.CancelAsync();
        await using var abandon = cancellationToken.Register(_deliveries.Cancel);
        await Task.WhenAll(_reading);
    }

    public async ValueTask DisposeAsync()
    {
        await DrainAsync(new CancellationToken(canceled: true));
        foreach (var binding in _bindings)
        {
            await binding.Binding.DisposeAsync();
        }

        _intake.Dispose();
        _deliveries.Dispose();
    }

    private LoadedStateStore? FindStore(string name) => _services.Blocks.OfType<StateBuildingBlock>().FirstOrDefault()?.Stores.GetValueOrDefault(name);

    private async Task<bool> IsWantedAsync(LoadedBinding binding, BindingDelivery delivery, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await delivery.IsWantedAsync(cancellationToken);
            }
            catch (HttpRequestException exception) when (attempt < ProbeAttempts)
            {
                LogAskAgain(binding.Name, exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), _services.Time, cancellationToken);
            }
        }
    }

    private async Task ReadAsync(LoadedBinding binding, BindingDelivery delivery)
    {
        try
        {
            LogReading(binding.Name);
            await binding.Input!.ReadAsync(bindingEvent => DeliverAsync(binding, delivery, bindingEvent), _intake.Token);
        }
        catch (Exception exception)
        {
            // Ends this binding's events alone; the others and the APIs go on.
            LogEnded(binding.Name, exception);
        }
    }

    private async Task<bool> DeliverAsync(LoadedBinding binding, BindingDelivery delivery, BindingEvent bindingEvent)
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

    [LoggerMessage(3510, LogLevel.Information, "The app takes the events of binding {Binding}")]
    private partial void LogReading(string binding);

    [LoggerMessage(3511, LogLevel.Information, "app has not subscribed to binding {Binding}.")]
    private partial void LogNotWanted(string binding);

    [LoggerMessage(3512, LogLevel.Warning, "The app could not be asked whether it wants the events of binding {Binding}, trying again: {Problem}")]
    private partial void LogAskAgain(string binding, string problem);

    [LoggerMessage(3513, LogLevel.Error, "Reading binding {Binding} ended")]
    private partial void LogEnded(string binding, Exception exception);

    [LoggerMessage(3514, LogLevel.Error, "Delivering an event of binding {Binding} failed inside the sidecar")]
    private partial void LogFault(string binding, Exception exception);
}
