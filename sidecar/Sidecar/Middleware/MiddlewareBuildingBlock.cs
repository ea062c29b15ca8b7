using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Metadata;

namespace Sidecar.Middleware;

/// <summary>The HTTP middleware components, and the pipelines that the Configuration makes of them.</summary>
internal sealed partial class MiddlewareBuildingBlock : IBuildingBlock
{
    private readonly List<(ComponentSpec Spec, IHttpMiddleware Middleware)> _loaded;
    private readonly ILogger _logger;

    private MiddlewareBuildingBlock(RuntimeServices services)
    {
        _logger = services.Loggers.CreateLogger("Sidecar.Middleware");
        _loaded = [.. services.ComponentsOf("middleware").Select(spec => (spec, MiddlewareTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase)).Create(spec, services.ComponentContext)))];
    }

    public IEnumerable<LoadedComponent> LoadedComponents => _loaded.Select(entry => new LoadedComponent(entry.Spec.Name, entry.Spec.Type, entry.Spec.Version, []));

    public static IBuildingBlock Create(RuntimeServices services) => new MiddlewareBuildingBlock(services);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, middleware) in _loaded)
        {
            await middleware.StartAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var owned in _loaded.Select(entry => entry.Middleware).OfType<IDisposable>())
        {
            owned.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The pipeline of these handlers; null when it has no step. As in daprd, a handler without a component is left out.</summary>
    public HttpPipeline? Build(string name, IReadOnlyList<PipelineHandler> handlers)
    {
        var steps = new List<IHttpMiddleware>();
        foreach (var handler in handlers)
        {
            var found = _loaded.FirstOrDefault(entry => entry.Spec.Name == handler.Name && entry.Spec.Type.Equals(handler.Type, StringComparison.OrdinalIgnoreCase));
            if (found.Middleware is null)
            {
                LogUnknown(name, handler.Name, handler.Type);
            }
            else
            {
                steps.Add(found.Middleware);
            }
        }

        return steps.Count == 0 ? null : new HttpPipeline(steps);
    }

    [LoggerMessage(3701, LogLevel.Warning, "{Pipeline} names the handler {Name} ({Type}), which no component is; it is left out")]
    private partial void LogUnknown(string pipeline, string name, string type);
}
