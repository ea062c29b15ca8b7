namespace Gateway;

/// <summary>A request whose route is known.</summary>
/// <param name="Path">As the client sent it, and as it is sent on.</param>
internal sealed record RoutedRequest(Route Route, string Path);
