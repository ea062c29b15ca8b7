namespace Dapr.AspNetCore;

/// <summary>A CloudEvent within a bulk delivery.</summary>
public class BulkMessageModel<TValue>
{
    /// <summary>Creates an empty event.</summary>
    public BulkMessageModel()
    {
    }

    /// <summary>Creates the event.</summary>
    public BulkMessageModel(string id, string source, string type, string specversion, string datacontenttype, TValue data)
    {
        Id = id;
        Source = source;
        Type = type;
        Specversion = specversion;
        Datacontenttype = datacontenttype;
        Data = data;
    }

    /// <summary>The event's id.</summary>
    public string? Id { get; set; }

    /// <summary>Where it happened.</summary>
    public string? Source { get; set; }

    /// <summary>The kind of event.</summary>
    public string? Type { get; set; }

    /// <summary>The CloudEvents version.</summary>
    public string? Specversion { get; set; }

    /// <summary>The content type of the data.</summary>
    public string? Datacontenttype { get; set; }

    /// <summary>The data.</summary>
    public TValue? Data { get; set; }
}
