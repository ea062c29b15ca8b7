using Dapr;
using Dapr.Client;
using Microsoft.Extensions.Configuration;

namespace ServiceDefaults;

/// <summary>Finds the connection strings: in the configuration, else in the secret store `secrets` through the sidecar.</summary>
internal sealed class ConnectionStringReader(IConfiguration configuration, DaprClient dapr, ServiceName service, TimeProvider clock)
{
    private const string SecretStore = "secrets";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    public async Task<ConnectionStrings> ReadAsync(CancellationToken ct)
    {
        var names = new[] { "Default", "Owner", "System" };
        if (names.Any(name => Configured(name) is null))
        {
            await WaitForSidecarAsync(ct);
        }

        var values = new List<string?>();
        foreach (var name in names)
        {
            values.Add(Configured(name) ?? await SecretAsync(name, ct));
        }

        var missing = names.Where((_, index) => string.IsNullOrWhiteSpace(values[index])).ToList();
        return missing.Count == 0
            ? new ConnectionStrings(values[0]!, values[1]!, values[2]!)
            : throw new StartupException($"No connection string for {string.Join(", ", missing.Select(name => $"ConnectionStrings:{name}"))}. Set it, or put {string.Join(", ", missing.Select(SecretName))} into the secret store '{SecretStore}'.");
    }

    private string? Configured(string name) => configuration.GetConnectionString(name) is { Length: > 0 } value ? value : null;

    private string SecretName(string name) => $"{service.SecretPrefix}_ConnectionStrings__{name}";

    private async Task<string?> SecretAsync(string name, CancellationToken ct)
    {
        try
        {
            var secret = await dapr.GetSecretAsync(SecretStore, SecretName(name), cancellationToken: ct);
            return secret.GetValueOrDefault(SecretName(name));
        }
        catch (DaprException exception)
        {
            throw new StartupException($"The secret {SecretName(name)} could not be read; check the component '{SecretStore}', its scopes and the environment of the sidecar. {exception.Message}", exception);
        }
    }

    private async Task WaitForSidecarAsync(CancellationToken ct)
    {
        var giveUp = clock.GetUtcNow() + Deadline;
        while (!await dapr.CheckOutboundHealthAsync(ct))
        {
            if (clock.GetUtcNow() >= giveUp)
            {
                throw new StartupException($"No sidecar: {DaprDefaults.GetDefaultHttpEndpoint(configuration)} did not get ready within {Deadline.TotalSeconds:0} s. Start the service under its sidecar, or set ConnectionStrings:Default, Owner and System.");
            }

            await Task.Delay(PollInterval, clock, ct);
        }
    }
}
