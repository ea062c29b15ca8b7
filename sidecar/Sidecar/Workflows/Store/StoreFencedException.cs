namespace Sidecar.Workflows.Store;

/// <summary>Another sidecar took over the workflows of the app; this one must not write any more.</summary>
internal sealed class StoreFencedException(string appId)
    : Exception($"another sidecar of app '{appId}' has taken over its workflows; this one stops working on them");
