using System.Text.Json.Serialization;

namespace Dapr;

/// <summary>A CloudEvent with its data.</summary>
/// <typeparam name="TData">The type of the data.</typeparam>
public class CloudEvent<TData> : CloudEvent
{
    /// <summary>Creates the event.</summary>
    public CloudEvent(TData data)
    {
        Data = data;
    }

    /// <summary>The data.</summary>
    [JsonPropertyName("data")]
    public TData Data { get; }

    /// <summary>The content type of the data: always JSON.</summary>
    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; } = "application/json";
}
