namespace ServiceDefaults.Tests.Probe;

internal sealed record NewThing(string Name, decimal Price, string? Note);

internal sealed record Thing(Guid Id, string Name, decimal Price, DateTimeOffset CreatedAt);

internal sealed record ThingMade(Guid Id, string TenantId);
