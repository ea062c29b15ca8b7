using Microsoft.Extensions.Logging;
using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Metadata;
using Sidecar.Reloading;
using Sidecar.State;

namespace Sidecar.Bindings;

/// <summary>Bindings: the output bindings with their API, and the input bindings that call the app.</summary>
internal sealed partial class BindingsBuildingBlock : IBuildingBlock
{
    private const int ProbeAttempts = 5;
    private readonly RuntimeServices _services;
    private readonly ILogger _logger;
    private readonly ComponentSet<LoadedBinding> _bindings;
    private volatile IReadOnlyList<InputBindingReader> _readers = [];
    private bool _isAppReady;

    private BindingsBuildingBlock(RuntimeServices services)
    {
        _services = services;
        _logger = services.Loggers.CreateLogger("Sidecar.Bindings");
        var life = new ComponentLife<LoadedBinding>(
            spec => new LoadedBinding(spec, BindingTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase)).Create(spec, services.ComponentContext)),
            binding => binding.Spec,
            (binding, token) => binding.Binding.StartAsync(token),
            binding => binding.Usage,
            binding => binding.Binding.DisposeAsync());
        _bindings = new ComponentSet<LoadedBinding>(services.ComponentsOf("bindings"), life, services);
        Outputs = new OutputBindings(_bindings, services.Resiliency, services.ComponentMetrics);
        HttpApis = [new BindingsHttpApi(Outputs, services.Tracing)];
        GrpcApis = [new BindingGrpcApi(Outputs, services.Tracing)];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    /// <summary>The output bindings, for every API that calls them.</summary>
    public OutputBindings Outputs { get; }

    public IEnumerable<LoadedComponent> LoadedComponents =>
        _bindings.Values.Select(binding => new LoadedComponent(binding.Name, binding.Spec.Type, binding.Spec.Version, binding.Capabilities));

    /// <summary>Components that cannot be used at present, with the reason.</summary>
    public IEnumerable<KeyValuePair<string, string>> Problems =>
        _bindings.Values.Where(binding => binding.Binding.Problem is not null).Select(binding => KeyValuePair.Create(binding.Name, binding.Binding.Problem!));

    /// <inheritdoc />
    public IEnumerable<string> ReloadedKinds => ["bindings"];

    public static IBuildingBlock Create(RuntimeServices services) => new BindingsBuildingBlock(services);

    public Task StartAsync(CancellationToken cancellationToken) => _bindings.StartAsync(cancellationToken);

    public async Task AppReadyAsync(CancellationToken cancellationToken)
    {
        _readers = await ReadersAsync(_bindings.Values, cancellationToken);
        _isAppReady = true;
        foreach (var reader in _readers)
        {
            reader.Start();
        }
    }

    /// <inheritdoc />
    public async Task<ReloadStep?> PrepareReloadAsync(ResourceReload reload, CancellationToken cancellationToken)
    {
        var (next, step) = await _bindings.PrepareAsync(reload.ComponentsOf("bindings"), cancellationToken);
        try
        {
            var gone = _readers.Where(reader => !next.Values.Contains(reader.Binding)).ToList();
            var added = _isAppReady ? await ReadersAsync(next.Values.Where(binding => !_bindings.Values.Contains(binding)), cancellationToken) : [];
            return ReloadStep.All(new ReloadStep(() => Exchange(gone, added), () => DisposeAsync(added), token => RetireAsync(gone, token)), step);
        }
        catch
        {
            await step.Abort();
            throw;
        }
    }

    public Task DrainAsync(CancellationToken cancellationToken) => Task.WhenAll(_readers.Select(reader => reader.DrainAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        await DisposeAsync(_readers);
        await _bindings.DisposeAsync();
    }

    private static async Task DisposeAsync(IEnumerable<InputBindingReader> readers)
    {
        foreach (var reader in readers)
        {
            await reader.DisposeAsync();
        }
    }

    private void Exchange(List<InputBindingReader> gone, IReadOnlyList<InputBindingReader> added)
    {
        gone.ForEach(reader => reader.StopIntake());
        _readers = [.. _readers.Except(gone), .. added];
        foreach (var reader in added)
        {
            reader.Start();
        }
    }

    private async Task RetireAsync(List<InputBindingReader> gone, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_services.Options.GracefulShutdown, _services.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await Task.WhenAll(gone.Select(reader => reader.DrainAsync(linked.Token)));
        await DisposeAsync(gone);
    }

    // The readers of those input bindings whose events the app wants; they do not read yet.
    private async Task<IReadOnlyList<InputBindingReader>> ReadersAsync(IEnumerable<LoadedBinding> bindings, CancellationToken cancellationToken)
    {
        var answers = new AppBindingAnswer(Outputs, FindStore, _logger);
        var readers = new List<InputBindingReader>();
        foreach (var binding in bindings.Where(binding => binding.Input is not null))
        {
            var delivery = new BindingDelivery(binding, _services, answers, _logger);
            if (binding.IsDeclaredInput || await IsWantedAsync(binding, delivery, cancellationToken))
            {
                readers.Add(new InputBindingReader(binding, delivery, _logger));
            }
            else
            {
                LogNotWanted(binding.Name);
            }
        }

        return readers;
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

    [LoggerMessage(3511, LogLevel.Information, "app has not subscribed to binding {Binding}.")]
    private partial void LogNotWanted(string binding);

    [LoggerMessage(3512, LogLevel.Warning, "The app could not be asked whether it wants the events of binding {Binding}, trying again: {Problem}")]
    private partial void LogAskAgain(string binding, string problem);
}
