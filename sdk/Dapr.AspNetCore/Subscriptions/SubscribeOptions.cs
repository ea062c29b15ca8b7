namespace Dapr;

/// <summary>Options of the endpoint that lists the app's subscriptions.</summary>
public class SubscribeOptions
{
    /// <summary>Whether subscriptions that do not say are raw; default false.</summary>
    public bool EnableRawPayload { get; set; }
}
