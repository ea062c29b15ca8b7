using Sidecar.Resiliency;
using Sidecar.Secrets;

namespace Sidecar.Components;

/// <summary>Everything that loading gives a sidecar.</summary>
/// <param name="Resources">The resources the app sees.</param>
/// <param name="SecretStores">The secret stores, read.</param>
/// <param name="Resiliency">The merged resiliency files.</param>
internal sealed record LoadedResources(AppResources Resources, IReadOnlyDictionary<string, ISecretStore> SecretStores, ResiliencySpec Resiliency);
