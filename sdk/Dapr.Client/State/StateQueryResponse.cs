namespace Dapr.Client;

/// <summary>The hits of a state query.</summary>
public class StateQueryResponse<TValue>
{
    /// <summary>Creates the answer.</summary>
    public StateQueryResponse(IReadOnlyList<StateQueryItem<TValue>> results, string token, IReadOnlyDictionary<string, string> metadata)
    {
        Results = results;
        Token = token;
        Metadata = metadata;
    }

    /// <summary>The hits.</summary>
    public IReadOnlyList<StateQueryItem<TValue>> Results { get; }

    /// <summary>The token of the next page.</summary>
    public string Token { get; }

    /// <summary>Metadata of the answer.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }
}
