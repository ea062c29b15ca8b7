using System.Text.Json;

namespace ServiceDefaults;

/// <summary>An entry on its way out. It may come more than once, always with the same <see cref="Id"/>.</summary>
/// <param name="Attempt">From 1.</param>
public sealed record OutboxMessage(Guid Id, string TenantId, string Kind, string Topic, string Type, string AggregateId, long Version, JsonElement Data, string? TraceParent, DateTimeOffset CreatedAt, int Attempt);
