using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>The envelope of an event at a subscription's endpoint, a handler parameter beside the data.</summary>
/// <param name="Id">Names the event; for <see cref="IInbox.TryAcceptAsync"/>.</param>
/// <param name="Type">E.g. `order.paid`.</param>
/// <param name="Source">The app id of the publisher.</param>
/// <param name="Subject">The aggregate's id.</param>
public sealed record ReceivedEvent(string Id, string Type, string Source, string? Subject)
{
    private const string Prefix = "Cloudevent.";

    internal static string[] Properties { get; } = ["id", "type", "source", "subject"];

    /// <summary>Reads what the CloudEvents middleware left in the headers.</summary>
    public static ValueTask<ReceivedEvent?> BindAsync(HttpContext context)
    {
        if (Read(context, "id") is not { } id || Read(context, "type") is not { } type)
        {
            throw new InvalidRequestException(Problems.Invalid("body", "must be a CloudEvent (application/cloudevents+json)"));
        }

        return ValueTask.FromResult<ReceivedEvent?>(new ReceivedEvent(id, type, Read(context, "source") ?? "", Read(context, "subject")));
    }

    private static string? Read(HttpContext context, string property) =>
        context.Request.Headers[Prefix + property].ToString() is { Length: > 0 } value ? value : null;
}
