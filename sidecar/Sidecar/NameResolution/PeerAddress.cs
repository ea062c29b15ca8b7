namespace Sidecar.NameResolution;

/// <summary>Where a sidecar of another process on this machine takes calls for its app.</summary>
/// <param name="AppId">The app.</param>
/// <param name="Url">Where it listens for other sidecars.</param>
/// <param name="Token">What callers must show.</param>
internal sealed record PeerAddress(string AppId, Uri Url, string Token);
