namespace Dapr;

/// <summary>The body of an error of the sidecar's HTTP API.</summary>
public class DaprError
{
    /// <summary>The code, such as ERR_STATE_GET.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>The explanation.</summary>
    public string? Message { get; set; }
}
