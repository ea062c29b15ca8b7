namespace ServiceDefaults;

/// <summary>Names the route of a request that is not an endpoint of the app, for metrics, spans and logs.</summary>
internal sealed record RouteName(string Value);
