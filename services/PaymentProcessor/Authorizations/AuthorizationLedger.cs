using System.Text.Json;
using Dapr.Client;
using ServiceDefaults;

namespace PaymentProcessor.Authorizations;

/// <summary>
/// The authorisations, in the state component through the sidecar: one record each, written only if it has not changed since it
/// was read, so that a charge is counted once. The record is stored as a string: the component's numbers would be floating.
/// </summary>
internal sealed class AuthorizationLedger(DaprClient dapr)
{
    private const string Store = "statestore";
    private const int MaxAttempts = 20;
    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };

    public async Task<Authorization?> FindAsync(string id, CancellationToken ct) => (await ReadAsync(id, ct)).Authorization;

    /// <summary>Replaces the record by what <paramref name="decide"/> makes of it; null there = no record yet.</summary>
    public async Task<Decision?> UpdateAsync(string id, Func<Authorization?, Decision?> decide, CancellationToken ct)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var (before, etag) = await ReadAsync(id, ct);
            var decision = decide(before);
            if (decision is null || decision.Authorization == before || await TryWriteAsync(decision.Authorization, etag, ct))
            {
                return decision;
            }
        }

        throw new InvalidOperationException($"Authorisation {id} kept changing under {MaxAttempts} attempts.");
    }

    private async Task<(Authorization? Authorization, string? Etag)> ReadAsync(string id, CancellationToken ct)
    {
        var (json, etag) = await dapr.GetStateAndETagAsync<string?>(Store, id, ConsistencyMode.Strong, cancellationToken: ct);
        return (json is null ? null : JsonSerializer.Deserialize<Authorization>(json, ServiceJson.Tolerant), etag);
    }

    private async Task<bool> TryWriteAsync(Authorization authorization, string? etag, CancellationToken ct)
    {
        var json = JsonSerializer.Serialize(authorization, ServiceJson.Options);
        if (!string.IsNullOrEmpty(etag))
        {
            return await dapr.TrySaveStateAsync(Store, authorization.Id, json, etag, FirstWrite, cancellationToken: ct);
        }

        await dapr.SaveStateAsync(Store, authorization.Id, json, FirstWrite, cancellationToken: ct);
        return true;
    }
}
