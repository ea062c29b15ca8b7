namespace ServiceDefaults;

/// <summary>A call failed in a way that a repeat may cure: no connection, no answer in time, 5xx, 429, `request_in_progress`.</summary>
public sealed class TransientCallException : Exception
{
    /// <summary>Says which call and what happened.</summary>
    public TransientCallException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
