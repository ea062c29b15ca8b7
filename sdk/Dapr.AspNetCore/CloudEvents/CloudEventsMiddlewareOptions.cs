namespace Dapr;

/// <summary>Options of the CloudEvents middleware.</summary>
public class CloudEventsMiddlewareOptions
{
    /// <summary>Passes a string in data on as JSON even when its content type is not JSON; default false: as text.</summary>
    public bool SuppressJsonDecodingOfTextPayloads { get; set; }

    /// <summary>Adds the event's other attributes as request headers Cloudevent.{name}; default false.</summary>
    public bool ForwardCloudEventPropertiesAsHeaders { get; set; }

    /// <summary>The attributes to add; null adds all.</summary>
    public string[]? IncludedCloudEventPropertiesAsHeaders { get; set; }

    /// <summary>The attributes not to add.</summary>
    public string[]? ExcludedCloudEventPropertiesFromHeaders { get; set; }
}
