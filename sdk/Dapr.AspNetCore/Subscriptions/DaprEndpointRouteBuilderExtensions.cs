using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr;
using Dapr.AspNetCore;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoint that tells the sidecar the app's subscriptions.</summary>
public static class DaprEndpointRouteBuilderExtensions
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Maps GET /dapr/subscribe.</summary>
    public static IEndpointConventionBuilder MapSubscribeHandler(this IEndpointRouteBuilder endpoints) => Map(endpoints, options: null);

    /// <summary>Maps GET /dapr/subscribe with options.</summary>
    public static IEndpointConventionBuilder MapSubscribeHandler(this IEndpointRouteBuilder endpoints, SubscribeOptions options) => Map(endpoints, options);

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, SubscribeOptions? options)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.MapGet("dapr/subscribe", async context =>
        {
            var source = context.RequestServices.GetRequiredService<EndpointDataSource>();
            await JsonSerializer.SerializeAsync(context.Response.Body, SubscriptionList.From(source, options), Json, context.RequestAborted);
        });
    }
}
