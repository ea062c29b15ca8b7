namespace Sidecar.Cel;

/// <summary>An expression that is not CEL, or that uses what is not supported.</summary>
internal sealed class CelSyntaxException(string message) : Exception(message);

/// <summary>An expression that cannot be evaluated over these values (missing field, wrong type).</summary>
internal class CelEvaluationException(string message) : Exception(message);

/// <summary>A calculation without a result for these numbers: a division by zero, an overflow.</summary>
internal sealed class CelArithmeticException(string message) : CelEvaluationException(message);
