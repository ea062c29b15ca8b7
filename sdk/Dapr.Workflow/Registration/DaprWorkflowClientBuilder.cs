using System.Text.Json;
using Dapr.Common;
using Dapr.Common.Rpc;
using Dapr.Common.Serialization;
using Dapr.Workflow.Client;
using Dapr.Workflow.Serialization;
using Microsoft.Extensions.Configuration;

namespace Dapr.Workflow.Registration;

/// <summary>Builds a <see cref="DaprWorkflowClient"/>.</summary>
public sealed class DaprWorkflowClientBuilder : DaprGenericClientBuilder<DaprWorkflowClient>
{
    private Func<IServiceProvider?, IDaprSerializer> serializerFactory;

    /// <summary>Starts from the defaults of <see cref="DaprDefaults"/>.</summary>
    public DaprWorkflowClientBuilder(IConfiguration? configuration = null)
        : base(configuration)
    {
        serializerFactory = _ => new JsonDaprSerializer(JsonSerializerOptions);
    }

    internal IServiceProvider? Services { get; set; }

    internal WorkflowRpcOptions Limits { get; set; } = new();

    internal TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Sets the serializer of payloads.</summary>
    public DaprWorkflowClientBuilder UseSerializer(IDaprSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        serializerFactory = _ => serializer;
        return this;
    }

    /// <summary>Sets the serializer of payloads, made from the services of the app.</summary>
    public DaprWorkflowClientBuilder UseSerializer(Func<IServiceProvider, IWorkflowSerializer> serializerFactory)
    {
        ArgumentNullException.ThrowIfNull(serializerFactory);
        this.serializerFactory = services => serializerFactory(services
            ?? throw new InvalidOperationException("A serializer factory needs the services of AddDaprWorkflowBuilder."));
        return this;
    }

    /// <summary>Sets the JSON settings of payloads.</summary>
    public DaprWorkflowClientBuilder UseJsonSerializer(JsonSerializerOptions jsonOptions)
    {
        ArgumentNullException.ThrowIfNull(jsonOptions);
        serializerFactory = _ => new JsonDaprSerializer(jsonOptions);
        return this;
    }

    /// <inheritdoc />
    public override DaprWorkflowClient Build()
    {
        var endpoint = new Uri(GrpcEndpoint);
        if (endpoint.Scheme is not ("http" or "https"))
        {
            throw new InvalidOperationException($"The gRPC endpoint must use http or https, not '{endpoint.Scheme}'.");
        }

        var channel = new RpcChannel(new RpcChannelOptions(endpoint, typeof(DaprWorkflowClient).Assembly)
        {
            ApiToken = DaprApiToken,
            MaxReceiveMessageSize = Limits.MaxReceiveMessageSize,
            MaxSendMessageSize = Limits.MaxSendMessageSize,
            Time = Time,
        });
        return new DaprWorkflowClient(new WorkflowRpcClient(channel, serializerFactory(Services), Time));
    }
}
