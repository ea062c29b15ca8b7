using Sidecar.Components;

namespace Sidecar.Secrets;

/// <summary><c>secretstores.local.env</c>: environment variables by name. Dapr's own settings and tokens are never given out.</summary>
internal sealed class EnvironmentSecretStore(ComponentSpec spec, IReadOnlyDictionary<string, string> environment) : ISecretStore
{
    private readonly string _prefix = spec["prefix"] ?? "";

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public IReadOnlyDictionary<string, string> Get(string name) =>
        new Dictionary<string, string>(StringComparer.Ordinal) { [name] = IsAllowed(_prefix + name) ? environment.GetValueOrDefault(_prefix + name, "") : "" };

    /// <inheritdoc />
    public bool Contains(string name) => IsAllowed(_prefix + name) && environment.ContainsKey(_prefix + name);

    /// <inheritdoc />
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> GetAll() =>
        environment.Where(pair => IsAllowed(pair.Key) && pair.Key.StartsWith(_prefix, StringComparison.Ordinal))
            .Select(pair => (Name: pair.Key[_prefix.Length..], pair.Value))
            .ToDictionary(
                pair => pair.Name,
                IReadOnlyDictionary<string, string> (pair) => new Dictionary<string, string>(StringComparer.Ordinal) { [pair.Name] = pair.Value },
                StringComparer.Ordinal);

    private static bool IsAllowed(string variable) =>
        !variable.StartsWith("DAPR_", StringComparison.OrdinalIgnoreCase) && !variable.Equals("APP_API_TOKEN", StringComparison.OrdinalIgnoreCase) && !variable.Contains(' ');
}
