using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>
/// An event at a subscription's endpoint, as a handler parameter. Members of the data that the receiver does not know are
/// skipped, so that a newer sender is understood.
/// </summary>
/// <param name="Id">Names the event; for <see cref="IInbox.TryAcceptAsync"/>.</param>
/// <param name="Type">E.g. `order.paid`.</param>
/// <param name="Source">The app id of the publisher.</param>
/// <param name="Subject">The aggregate's id.</param>
public sealed record ReceivedEvent<T>(string Id, string Type, string Source, string? Subject, T Data)
{
    /// <summary>Reads what the CloudEvents middleware left: attributes in headers, the data as body. 400 when it is no event.</summary>
#pragma warning disable CA1000 // Minimal APIs find a parameter's BindAsync only on its own type.
    public static async ValueTask<ReceivedEvent<T>?> BindAsync(HttpContext context)
#pragma warning restore CA1000
    {
        if (EventHeaders.Read(context, "id") is not { } id || EventHeaders.Read(context, "type") is not { } type)
        {
            throw new InvalidRequestException(Problems.Invalid("body", "must be a CloudEvent (application/cloudevents+json)"));
        }

        try
        {
            var data = await JsonSerializer.DeserializeAsync<T>(context.Request.Body, ServiceJson.Tolerant, context.RequestAborted);
            return new ReceivedEvent<T>(id, type, EventHeaders.Read(context, "source") ?? "", EventHeaders.Read(context, "subject"), data ?? throw new JsonException("No data."));
        }
        catch (JsonException)
        {
            throw new InvalidRequestException(Problems.Invalid("data", "does not have the members of this event"));
        }
    }
}
