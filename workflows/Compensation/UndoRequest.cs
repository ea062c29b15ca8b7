namespace Workflows.Compensation;

/// <summary>Input of an undo's activity. It says no more than an undo needs, because undos may be repeated hundreds of times.</summary>
/// <param name="TenantId">The order's tenant.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Attempt">1 for the first attempt.</param>
public sealed record UndoRequest(string TenantId, Guid OrderId, int Attempt);
