namespace Sidecar.Secrets;

/// <summary>A store of secrets, each a set of key/value pairs.</summary>
internal interface ISecretStore
{
    /// <summary>Dapr's words for what the store can do, as <c>/v1.0/metadata</c> lists them.</summary>
    IReadOnlyList<string> Capabilities => [];

    /// <summary>Reads what the store needs; throws <see cref="Components.ComponentException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>The secret of a name as the API answers it, or null when the store says that there is none.</summary>
    IReadOnlyDictionary<string, string>? Get(string name);

    /// <summary>Whether the secret is really there; the environment store answers with an empty secret even when it is not.</summary>
    bool Contains(string name);

    /// <summary>All secrets.</summary>
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> GetAll();
}
