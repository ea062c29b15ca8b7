using System.Text.Json;
using Dapr.Common.Serialization;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Serialization;
using Dapr.Workflow.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Dapr.Workflow;

/// <summary>Registers the workflow worker and client.</summary>
public static class WorkflowServiceCollectionExtensions
{
    /// <summary>Registers worker and client; the workflows come from other registrations.</summary>
    public static IServiceCollection AddDaprWorkflow(this IServiceCollection services) => services.AddDaprWorkflow(_ => { });

    /// <summary>Registers worker, client, workflows and activities.</summary>
    public static IServiceCollection AddDaprWorkflow(
        this IServiceCollection services, Action<WorkflowRuntimeOptions> configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddDaprWorkflowBuilder(configure, configureClient: null, lifetime).Services;
    }

    /// <summary>Registers worker, client, workflows and activities, and goes on with serializer and limits.</summary>
    public static DaprWorkflowBuilder AddDaprWorkflowBuilder(
        this IServiceCollection services,
        Action<WorkflowRuntimeOptions>? configureRuntime,
        Action<IServiceProvider, DaprWorkflowClientBuilder>? configureClient = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<WorkflowRpcOptions>();
        services.AddSingleton(new WorkflowRegistration(configureRuntime));
        services.TryAddSingleton<IDaprSerializer, JsonDaprSerializer>();
        services.TryAddSingleton<IWorkflowsFactory>(provider => WorkflowsFactory.Create(provider.GetServices<WorkflowRegistration>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WorkflowWorker>());
        services.TryAdd(new ServiceDescriptor(typeof(DaprWorkflowClient), provider => CreateClient(provider, configureClient), lifetime));
        return new DaprWorkflowBuilder(services);
    }

    private static DaprWorkflowClient CreateClient(IServiceProvider provider, Action<IServiceProvider, DaprWorkflowClientBuilder>? configure)
    {
        var builder = new DaprWorkflowClientBuilder(provider.GetService<IConfiguration>())
        {
            Services = provider,
            Limits = provider.GetRequiredService<IOptions<WorkflowRpcOptions>>().Value,
            Time = provider.GetService<TimeProvider>() ?? TimeProvider.System,
        };
        configure?.Invoke(provider, builder);
        return builder.Build();
    }

    /// <summary>Goes on with the registration of workflows.</summary>
    public readonly struct DaprWorkflowBuilder : IDaprWorkflowBuilder
    {
        internal DaprWorkflowBuilder(IServiceCollection services)
        {
            Services = services;
        }

        /// <inheritdoc />
        public IServiceCollection Services { get; }

        /// <summary>Sets the serializer of the worker's payloads.</summary>
        public DaprWorkflowBuilder WithSerializer(IDaprSerializer serializer)
        {
            ArgumentNullException.ThrowIfNull(serializer);
            Services.Replace(ServiceDescriptor.Singleton(serializer));
            return this;
        }

        /// <summary>Sets the serializer of the worker's payloads.</summary>
        public DaprWorkflowBuilder WithSerializer(Func<IServiceProvider, IWorkflowSerializer> serializerFactory)
        {
            ArgumentNullException.ThrowIfNull(serializerFactory);
            Services.Replace(ServiceDescriptor.Singleton<IDaprSerializer>(serializerFactory));
            return this;
        }

        /// <summary>Sets the JSON settings of the worker's payloads.</summary>
        public DaprWorkflowBuilder WithJsonSerializer(JsonSerializerOptions jsonOptions)
        {
            ArgumentNullException.ThrowIfNull(jsonOptions);
            return WithSerializer(new JsonDaprSerializer(jsonOptions));
        }

        /// <summary>Limits the messages, in bytes; null: no limit.</summary>
        public DaprWorkflowBuilder WithGrpcMessageSizeLimits(int? maxReceiveMessageSize = null, int? maxSendMessageSize = null)
        {
            Services.Configure<WorkflowRpcOptions>(options =>
            {
                options.MaxReceiveMessageSize = maxReceiveMessageSize;
                options.MaxSendMessageSize = maxSendMessageSize;
            });
            return this;
        }
    }
}
