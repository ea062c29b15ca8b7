using System.Security.Cryptography;
using System.Text;
using Sidecar.Secrets;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Components;

/// <summary>Resolves what resources refer to: secrets of a loaded store, environment variables, the templates <c>{uuid}</c>, <c>{appID}</c>, <c>{namespace}</c>, <c>{podName}</c>.</summary>
internal sealed class ResourceReferences(SidecarOptions options, IReadOnlyDictionary<string, ISecretStore> stores, ICollection<ResourceProblem> problems)
{
    /// <summary>A component with its values.</summary>
    public ComponentSpec ReadComponent(ResourceDocument document)
    {
        var type = ComponentCatalogue.Types.GetValueOrDefault(document.Root.TextAt("spec", "type") ?? "");
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var secrets = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in document.Root.ListAt("spec", "metadata"))
        {
            if (item.TextAt("name") is not { } name)
            {
                continue;
            }

            var known = type?.Field(name) is { IsPrefix: false } field ? field.Name : name;
            named.Add(known);
            var secret = item.At("secretKeyRef")?.TextAt("name");
            if (secret is not null)
            {
                secrets[known] = secret;
            }

            var value = Value(document, item, $"spec.metadata '{name}'");
            if (value is not null)
            {
                metadata[known] = Substitute(value);
            }

            // A secret's name counts as well: encrypted values bear it. So does a field without a value.
            digest.AppendData(Encoding.UTF8.GetBytes($"{name}\0{secret}\0{value ?? "\0"}\0"));
        }

        return new ComponentSpec(
            document.Name,
            type?.Name ?? document.Root.TextAt("spec", "type") ?? "",
            document.Root.TextAt("spec", "version") ?? "",
            metadata,
            document.File)
        { Digest = Convert.ToHexString(digest.GetHashAndReset()), IgnoreErrors = IgnoresErrors(document), Secrets = secrets, Named = named };
    }

    /// <summary>Whether a resource refers to secrets of a store that is not there. Outside strict mode it waits for the store, as in Dapr: for ever.</summary>
    public bool WaitsForStore(ResourceDocument document) =>
        document.Root.TextAt("auth", "secretStore") is { } store && !stores.ContainsKey(store)
        && document.Root.ListAt("spec", "metadata").Any(item => item.At("secretKeyRef") is not null);

    /// <summary>Whether the sidecar is to go on without the component when something is wrong with it.</summary>
    public static bool IgnoresErrors(ResourceDocument document) =>
        document.Kind == "Component" && string.Equals(document.Root.TextAt("spec", "ignoreErrors"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>An HTTP endpoint with its values; null when it has no address.</summary>
    public HttpEndpointSpec? ReadEndpoint(ResourceDocument document)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in document.Root.ListAt("spec", "headers"))
        {
            if (item.TextAt("name") is { } name && Value(document, item, $"spec.headers '{name}'") is { } value)
            {
                headers[name] = value;
            }
        }

        if (Uri.TryCreate(document.Root.TextAt("spec", "baseUrl"), UriKind.Absolute, out var address))
        {
            return new HttpEndpointSpec(document.Name, address, headers, document.File);
        }

        Problem(document, "spec.baseUrl", "is no address; give an absolute http or https URL");
        return null;
    }

    private string? Value(ResourceDocument document, YamlNode item, string field)
    {
        if (item.At("secretKeyRef") is { } secret)
        {
            return Secret(document, field, secret.TextAt("name") ?? "", secret.TextAt("key"));
        }

        return item.TextAt("envRef") is { } variable ? Variable(document, field, variable) : item.At("value").AsValue();
    }

    private string? Secret(ResourceDocument document, string field, string name, string? key)
    {
        if (document.Root.TextAt("auth", "secretStore") is not { } storeName)
        {
            return Problem(document, field, "refers to a secret, but the resource names no store; add auth.secretStore");
        }

        if (!stores.TryGetValue(storeName, out var store))
        {
            return Problem(document, "auth.secretStore", $"there is no secret store '{storeName}' that app '{options.AppId}' can use; there are: {(stores.Count == 0 ? "none" : string.Join(", ", stores.Keys))}");
        }

        if (!store.Contains(name))
        {
            return Problem(document, field, $"there is no secret '{name}' in store '{storeName}'; add it (for secretstores.local.env: set the environment variable)");
        }

        return store.Get(name)?.GetValueOrDefault(key ?? name) ?? Problem(document, field, $"secret '{name}' of store '{storeName}' has no key '{key ?? name}'");
    }

    private string? Variable(ResourceDocument document, string field, string variable)
    {
        if (variable.StartsWith("DAPR_", StringComparison.OrdinalIgnoreCase) || variable.Equals("APP_API_TOKEN", StringComparison.OrdinalIgnoreCase))
        {
            return Problem(document, field, $"environment variable '{variable}' is Dapr's own and not given to components; use another name");
        }

        return options.Environment.GetValueOrDefault(variable) ?? Problem(document, field, $"environment variable '{variable}' is not set; set it before the start");
    }

    private string? Problem(ResourceDocument document, string field, string message)
    {
        problems.Add(new(document.File, field, message, IsError: options.StrictResources));
        return null;
    }

    private string Substitute(string value)
    {
        if (!value.Contains('{', StringComparison.Ordinal))
        {
            return value;
        }

        return value
            .Replace("{uuid}", options.NewId().ToString(), StringComparison.Ordinal)
            .Replace("{appID}", options.AppId, StringComparison.Ordinal)
            .Replace("{namespace}", options.Environment.GetValueOrDefault("NAMESPACE") is { Length: > 0 } space ? $"{space}.{options.AppId}" : options.AppId, StringComparison.Ordinal)
            .Replace("{podName}", options.Environment.GetValueOrDefault("POD_NAME", ""), StringComparison.Ordinal);
    }
}
