namespace Sidecar.Components;

/// <summary>The resources that an app sees: read from all files, scoped to the app, templates and secret references resolved.</summary>
internal sealed record AppResources
{
    /// <summary>The components, in the order of the files.</summary>
    public IReadOnlyList<ComponentSpec> Components { get; init; } = [];

    /// <summary>The declarative subscriptions (v1alpha1 and v2alpha1 in one form).</summary>
    public IReadOnlyList<SubscriptionSpec> Subscriptions { get; init; } = [];

    /// <summary>The resiliency files, in the order of the files.</summary>
    public IReadOnlyList<ResourceDocument> Resiliency { get; init; } = [];

    /// <summary>The HTTP endpoints.</summary>
    public IReadOnlyList<HttpEndpointSpec> HttpEndpoints { get; init; } = [];

    /// <summary>All of them but the Configuration, in words, with the file each is in.</summary>
    public IEnumerable<(string What, string File)> Named =>
    [
        .. Components.Select(component => ($"component {component.Name}", component.File)),
        .. Subscriptions.Select(subscription => ($"subscription {subscription.Name}", subscription.File)),
        .. Resiliency.Select(document => ($"resiliency {document.Name}", document.File)),
        .. HttpEndpoints.Select(endpoint => ($"HTTP endpoint {endpoint.Name}", endpoint.File)),
    ];

    /// <summary>The Configuration, or the defaults when there is none.</summary>
    public ConfigurationSpec Configuration { get; init; } = new();
}
