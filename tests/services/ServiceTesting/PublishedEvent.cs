using System.Text.Json;

namespace ServiceTesting;

/// <summary>A message that a service published.</summary>
/// <param name="Envelope">The CloudEvent.</param>
public sealed record PublishedEvent(string PubSub, string Topic, string ContentType, JsonElement Envelope)
{
    /// <summary>The event's type.</summary>
    public string Type => Envelope.GetProperty("type").GetString()!;

    /// <summary>The aggregate's id.</summary>
    public string Subject => Envelope.GetProperty("subject").GetString()!;

    /// <summary>The event's data.</summary>
    public JsonElement Data => Envelope.GetProperty("data");
}
