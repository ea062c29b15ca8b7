namespace Sidecar.Components;

/// <summary>All component types that the sidecar implements. A building block adds its table here, one line.</summary>
internal static class ComponentCatalogue
{
    public static IReadOnlyDictionary<string, ComponentType> Types { get; } = All().ToDictionary(type => type.Name, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<ComponentType> All() =>
    [
        .. Secrets.SecretStoreTypes.All,
        .. State.StateStoreTypes.All,
        .. PubSub.PubSubTypes.All,
        .. Bindings.BindingTypes.All,
        .. Configuration.ConfigurationTypes.All,
        .. Locks.LockTypes.All,
        .. Crypto.CryptoTypes.All,
        .. Middleware.MiddlewareTypes.All,
    ];
}
