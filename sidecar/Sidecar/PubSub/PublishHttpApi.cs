using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Telemetry;

namespace Sidecar.PubSub;

/// <summary><c>/publish/{pubsub}/{topic}</c> and <c>/publish/bulk/{pubsub}/{topic}</c>.</summary>
internal sealed class PublishHttpApi(Publisher publisher, Tracing tracing) : IHttpApi
{
    private readonly BulkPublish _bulk = new(publisher, tracing);

    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/publish", "v1.0-alpha1/publish"];

    public async Task HandleAsync(HttpContext context, string rest)
    {
        var method = context.Request.Method;
        if (!HttpMethods.IsPost(method) && !HttpMethods.IsPut(method))
        {
            await ApiError.NoRoute.WriteAsync(context);
            return;
        }

        var parts = rest.Split('/', 2);
        var bulk = parts is ["bulk", { Length: > 0 }];
        if (bulk)
        {
            parts = parts[1].Split('/', 2);
        }

        var name = RequestMetadata.Decode(parts[0]);
        var topic = parts.Length > 1 ? RequestMetadata.Decode(parts[1]) : "";
        if (name is null || topic is null)
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        if (await PublishAsync(context, name, topic, bulk) is { } error)
        {
            await error.WriteAsync(context);
        }
    }

    private async Task<ApiError?> PublishAsync(HttpContext context, string name, string topic, bool bulk)
    {
        var metadata = RequestMetadata.From(context.Request);
        if (publisher.Find(name, topic, metadata, out var broker) is { } refusal)
        {
            return refusal;
        }

        var (body, complete) = await RequestBytes.ReadAsync(context);
        if (!complete && !bulk)
        {
            return PubSubErrors.Publish(name, topic, "stream too large");
        }

        if (Publisher.ReadRaw(name, metadata, out var raw) is { } problem)
        {
            return problem;
        }

        var published = new PublishedEvent(name, topic, publisher.AppId, context.Request.ContentType ?? "", body, metadata, tracing.Of(context));
        if (bulk)
        {
            return await _bulk.PublishAsync(context, broker!, published, raw);
        }

        if (await publisher.PublishAsync(broker!, published, raw, context.RequestAborted) is { } error)
        {
            return error;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }
}
