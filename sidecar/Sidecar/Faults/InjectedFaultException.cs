namespace Sidecar.Faults;

/// <summary>A failure that fault injection put in the place of a component's answer.</summary>
internal sealed class InjectedFaultException(string message) : Exception(message);
