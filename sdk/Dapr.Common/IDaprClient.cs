namespace Dapr.Common;

/// <summary>Marks a client of a Dapr sidecar.</summary>
public interface IDaprClient : IDisposable;
