using Dapr;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what hosts actors.</summary>
public static class ActorsServiceCollectionExtensions
{
    /// <summary>Registers the actor runtime and proxies. The app maps its endpoints with <c>MapActorsHandlers</c>.</summary>
    public static void AddActors(this IServiceCollection services, Action<ActorRuntimeOptions>? configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddRouting();
        services.AddHealthChecks();
        services.AddLogging();
        services.TryAdd(new ServiceDescriptor(typeof(ActorActivatorFactory), typeof(DependencyInjectionActorActivatorFactory), lifetime));
        services.TryAdd(new ServiceDescriptor(typeof(ActorRuntime), CreateRuntime, lifetime));
        services.TryAdd(new ServiceDescriptor(typeof(IActorProxyFactory), CreateProxyFactory, lifetime));
        if (configure is not null)
        {
            services.Configure(configure);
        }
    }

    private static ActorRuntime CreateRuntime(IServiceProvider services) => new(
        Options(services),
        services.GetRequiredService<ILoggerFactory>(),
        services.GetRequiredService<ActorActivatorFactory>(),
        services.GetRequiredService<IActorProxyFactory>(),
        services.GetService<TimeProvider>() ?? TimeProvider.System);

    private static ActorProxyFactory CreateProxyFactory(IServiceProvider services)
    {
        var options = Options(services);
        return new ActorProxyFactory(new ActorProxyOptions
        {
            JsonSerializerOptions = options.JsonSerializerOptions,
            DaprApiToken = options.DaprApiToken,
            HttpEndpoint = options.HttpEndpoint,
            UseJsonSerialization = options.UseJsonSerialization,
        });
    }

    // What the app did not set comes from its configuration, else from the environment.
    private static ActorRuntimeOptions Options(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<ActorRuntimeOptions>>().Value;
        var configuration = services.GetService<IConfiguration>();
        options.DaprApiToken = string.IsNullOrWhiteSpace(options.DaprApiToken) ? DaprDefaults.GetDefaultDaprApiToken(configuration) : options.DaprApiToken;
        options.HttpEndpoint = string.IsNullOrWhiteSpace(options.HttpEndpoint) ? DaprDefaults.GetDefaultHttpEndpoint(configuration) : options.HttpEndpoint;
        return options;
    }
}
