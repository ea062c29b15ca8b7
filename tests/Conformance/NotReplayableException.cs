namespace Conformance;

/// <summary>The scenario needs something that the runner or the sidecar does not have yet; it counts as failed.</summary>
internal sealed class NotReplayableException(string message) : Exception(message);
