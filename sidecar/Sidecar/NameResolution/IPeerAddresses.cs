namespace Sidecar.NameResolution;

/// <summary>Finds the sidecars of other processes, for those that stand alone.</summary>
internal interface IPeerAddresses
{
    /// <summary>Those of an app.</summary>
    IReadOnlyList<PeerAddress> Find(string appId);

    /// <summary>Makes an address known until the result is disposed of; throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    IDisposable Announce(PeerAddress own);
}
