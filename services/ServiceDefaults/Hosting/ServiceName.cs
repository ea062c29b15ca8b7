namespace ServiceDefaults;

/// <summary>The service's app id, e.g. `orders`.</summary>
public sealed record ServiceName(string AppId)
{
    /// <summary>The prefix of the service's secrets, e.g. `PAYMENT_PROCESSOR`.</summary>
    internal string SecretPrefix => AppId.ToUpperInvariant().Replace('-', '_');
}
