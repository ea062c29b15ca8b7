namespace Dapr.AspNetCore;

/// <summary>The answer to a bulk delivery.</summary>
public class BulkSubscribeAppResponse
{
    /// <summary>Creates the answer.</summary>
    public BulkSubscribeAppResponse(List<BulkSubscribeAppResponseEntry> statuses)
    {
        Statuses = statuses;
    }

    /// <summary>The outcome of each event.</summary>
    public List<BulkSubscribeAppResponseEntry> Statuses { get; }
}
