namespace Dapr.Client;

/// <summary>How the end of a subscription went.</summary>
/// <param name="ok">Whether it ended.</param>
/// <param name="message">Why not.</param>
public class UnsubscribeConfigurationResponse(bool ok, string message)
{
    /// <summary>Whether it ended.</summary>
    public bool Ok { get; } = ok;

    /// <summary>Why not.</summary>
    public string Message { get; } = message;
}
