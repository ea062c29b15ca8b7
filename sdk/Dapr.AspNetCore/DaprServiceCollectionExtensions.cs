using Dapr.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="DaprClient"/>.</summary>
public static class DaprServiceCollectionExtensions
{
    /// <summary>Registers a client unless there is one already.</summary>
    public static void AddDaprClient(this IServiceCollection services, Action<DaprClientBuilder>? configure = null, ServiceLifetime lifetime = ServiceLifetime.Singleton) =>
        Add(services, (_, builder) => configure?.Invoke(builder), lifetime);

    /// <summary>Registers a client unless there is one already.</summary>
    public static void AddDaprClient(
        this IServiceCollection services, Action<IServiceProvider, DaprClientBuilder> configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Add(services, configure, lifetime);
    }

    private static void Add(IServiceCollection services, Action<IServiceProvider, DaprClientBuilder> configure, ServiceLifetime lifetime)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAdd(new ServiceDescriptor(typeof(DaprClient), provider => Create(provider, configure), lifetime));
    }

    private static DaprClient Create(IServiceProvider provider, Action<IServiceProvider, DaprClientBuilder> configure)
    {
        var builder = new DaprClientBuilder(provider.GetService<IConfiguration>()) { Time = provider.GetService<TimeProvider>() ?? TimeProvider.System };
        configure(provider, builder);
        return builder.Build();
    }
}
