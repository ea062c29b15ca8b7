using Dapr;
using Dapr.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the CloudEvents middleware.</summary>
public static class DaprApplicationBuilderExtensions
{
    /// <summary>Replaces the body of a CloudEvent request by the event's data.</summary>
    public static IApplicationBuilder UseCloudEvents(this IApplicationBuilder builder) => builder.UseCloudEvents(new CloudEventsMiddlewareOptions());

    /// <summary>Replaces the body of a CloudEvent request by the event's data.</summary>
    public static IApplicationBuilder UseCloudEvents(this IApplicationBuilder builder, CloudEventsMiddlewareOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        return builder.UseMiddleware<CloudEventsMiddleware>(options);
    }
}
