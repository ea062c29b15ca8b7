namespace Sidecar.PubSub.Cel;

/// <summary>An expression that is not CEL, or that uses what is not supported.</summary>
internal sealed class CelSyntaxException(string message) : Exception(message);

/// <summary>An expression that cannot be evaluated over this event (missing field, wrong type).</summary>
internal sealed class CelEvaluationException(string message) : Exception(message);
