using Sidecar.Components;

namespace Sidecar.State;

/// <summary>How the keys of an application become the stored keys of a component (metadata <c>keyPrefix</c>).</summary>
/// <param name="Prefix">The prefix, or null for none.</param>
internal sealed record StateKeys(string? Prefix)
{
    private const string Separator = "||";

    /// <summary>Why a key cannot be used, or null.</summary>
    public static string? Problem(string key) =>
        key.Contains(Separator, StringComparison.Ordinal) ? $"input key/keyPrefix '{key}' can't contain '{Separator}'" : null;

    public static StateKeys From(ComponentSpec spec, string appId, string namespaceName)
    {
        // An empty keyPrefix is a prefix too: nothing but the separator.
        var strategy = spec.Metadata.FirstOrDefault(field => field.Key.Equals("keyPrefix", StringComparison.OrdinalIgnoreCase)).Value?.ToLowerInvariant() ?? "appid";
        if (Problem(strategy) is not null)
        {
            throw ComponentException.Field(spec, "keyPrefix", $"is '{strategy}'", "give appid, name, namespace, none or a text without '||'");
        }

        return new StateKeys(strategy switch
        {
            "none" => null,
            "name" => spec.Name,
            "appid" => appId,
            "namespace" => namespaceName.Length == 0 ? appId : $"{namespaceName}.{appId}",
            _ => strategy,
        });
    }

    /// <summary>The key that an application names for a stored one.</summary>
    public string Original(string stored) => stored[Stored("").Length..];

    public string Stored(string key) => Prefix is null ? key : $"{Prefix}{Separator}{key}";
}
