using Dapr.Actors;
using Dapr.Actors.Communication;
using Dapr.Actors.Runtime;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what the sidecar calls.</summary>
public static class ActorsEndpointRouteBuilderExtensions
{
    private const string Actor = "actors/{type}/{id}";

    /// <summary>
    /// Maps the configuration of actors, their methods, reminders, timers and deactivation, and a health check that gives way to the app's own.
    /// </summary>
    /// <exception cref="InvalidOperationException">AddActors was not called.</exception>
    public static IEndpointConventionBuilder MapActorsHandlers(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var runtime = endpoints.ServiceProvider.GetService<ActorRuntime>() ?? throw new InvalidOperationException(
            "The ActorRuntime service is not registered with the dependency injection container. Call AddActors() inside ConfigureServices() to register the actor runtime and actor types.");
        return new Group(
        [
            endpoints.MapGet("dapr/config", context => AnswerAsync(context, runtime.Configuration(), "application/json")).WithDisplayName("Dapr Actors Config"),
            endpoints.MapDelete(Actor, context => Target(runtime, context).DeactivateAsync(Id(context))).WithDisplayName("Dapr Actors Deactivation"),
            endpoints.MapPut(Actor + "/method/{name}", context => InvokeAsync(runtime, context)).WithDisplayName("Dapr Actors Invoke"),
            endpoints.MapPut(Actor + "/method/remind/{name}", context => RemindAsync(runtime, context)).WithDisplayName("Dapr Actors Reminder"),
            endpoints.MapPut(Actor + "/method/timer/{name}", context => FireTimerAsync(runtime, context)).WithDisplayName("Dapr Actors Timer"),
            MapHealth(endpoints),
        ]);
    }

    // The order lets an endpoint of the app at the same path win.
    private static IEndpointConventionBuilder MapHealth(IEndpointRouteBuilder endpoints)
    {
        const int Last = 100;
        var health = endpoints.MapHealthChecks("/healthz").WithMetadata(new AllowAnonymousAttribute());
        health.Add(builder => ((RouteEndpointBuilder)builder).Order = Last);
        return health.WithDisplayName("Dapr Actors Health Check");
    }

    private static async Task InvokeAsync(ActorRuntime runtime, HttpContext context)
    {
        var chain = context.Request.Headers[WireNames.ReentrancyHeader];
        ReentrancyContext.Current = chain.Count > 0 ? chain[0] : null;
        var typed = context.Request.Headers[WireNames.RequestHeader];
        var body = await BodyAsync(context);
        if (typed.Count == 0)
        {
            await AnswerAsync(context, await Target(runtime, context).InvokeJsonAsync(Id(context), Value(context, "name"), body, context.RequestAborted));
            return;
        }

        byte[] answer;
        try
        {
            answer = await Target(runtime, context).InvokeTypedAsync(Id(context), typed[0]!, body, context.RequestAborted);
        }
        catch (Exception exception)
        {
            // What a typed call throws is its caller's: it crosses the wire whole.
            (context.Response.Headers[WireNames.ErrorHeader], answer) = RemoteException.Write(exception);
        }

        await AnswerAsync(context, answer);
    }

    private static async Task RemindAsync(ActorRuntime runtime, HttpContext context) =>
        await Target(runtime, context).RemindAsync(Id(context), Value(context, "name"), await BodyAsync(context));

    private static async Task FireTimerAsync(ActorRuntime runtime, HttpContext context)
    {
        await Target(runtime, context).FireTimerAsync(Id(context), await BodyAsync(context));
        await AnswerAsync(context, "false"u8.ToArray(), "application/json");
    }

    private static ActorTypeRuntime Target(ActorRuntime runtime, HttpContext context) => runtime.Type(Value(context, "type"));

    private static ActorId Id(HttpContext context) => new(Value(context, "id"));

    private static string Value(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context)
    {
        using var stream = new MemoryStream();
        await context.Request.Body.CopyToAsync(stream, context.RequestAborted);
        return stream.ToArray();
    }

    private static async Task AnswerAsync(HttpContext context, byte[] body, string? contentType = null)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private sealed class Group(IReadOnlyList<IEndpointConventionBuilder> members) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention)
        {
            foreach (var member in members)
            {
                member.Add(convention);
            }
        }

        public void Finally(Action<EndpointBuilder> finallyConvention)
        {
            foreach (var member in members)
            {
                member.Finally(finallyConvention);
            }
        }
    }
}
