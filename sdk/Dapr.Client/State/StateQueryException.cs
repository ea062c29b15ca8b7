namespace Dapr.Client;

/// <summary>Some keys of a state query could not be read.</summary>
public class StateQueryException<TValue> : DaprApiException
{
    /// <summary>Creates the exception.</summary>
    public StateQueryException(string message, StateQueryResponse<TValue> response, IReadOnlyList<string> failedKeys)
        : base(message)
    {
        Response = response;
        FailedKeys = failedKeys;
    }

    /// <summary>The hits that could be read.</summary>
    public StateQueryResponse<TValue> Response { get; }

    /// <summary>The keys that could not.</summary>
    public IReadOnlyList<string> FailedKeys { get; }
}
