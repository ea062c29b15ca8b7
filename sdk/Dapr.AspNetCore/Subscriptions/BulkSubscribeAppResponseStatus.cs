namespace Dapr.AspNetCore;

/// <summary>What becomes of an event.</summary>
public enum BulkSubscribeAppResponseStatus
{
    /// <summary>It was handled.</summary>
    SUCCESS,

    /// <summary>It is to come again.</summary>
    RETRY,

    /// <summary>It is to be dropped.</summary>
    DROP,
}
