namespace Sidecar.Configuration;

/// <summary>A configuration store. Expected failures and broken infrastructure throw; the message is the caller's answer.</summary>
internal interface IConfigurationStore : IAsyncDisposable
{
    /// <summary>Why the store cannot be used at present; null while it can.</summary>
    string? Problem => null;

    /// <summary>Connects. Throws <see cref="Components.ComponentException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>The items of these keys, or of all; a key without a value is left out.</summary>
    Task<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(IReadOnlyList<string> keys, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken);

    /// <summary>
    /// Calls the handler for each change of these keys, or of all; an item without a value is a deleted key. After a lost connection every
    /// key is told again. Disposing ends it.
    /// </summary>
    Task<IAsyncDisposable> SubscribeAsync(ConfigurationSubscription subscription, CancellationToken cancellationToken);

    /// <summary>What the store says about a subscription that it does not have.</summary>
    string UnknownSubscription(string id);
}

/// <summary>What somebody wants to hear about.</summary>
/// <param name="Keys">The keys; empty = all.</param>
/// <param name="Metadata">The metadata of the request.</param>
/// <param name="Handler">Gets the changed items; never throws.</param>
internal sealed record ConfigurationSubscription(
    IReadOnlyList<string> Keys, IReadOnlyDictionary<string, string> Metadata, Func<IReadOnlyDictionary<string, ConfigurationItem>, CancellationToken, Task> Handler);
