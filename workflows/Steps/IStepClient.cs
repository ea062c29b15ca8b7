namespace Workflows.Steps;

/// <summary>Calls the services that do the saga's steps.</summary>
public interface IStepClient
{
    /// <summary>Makes the call for a tenant. Throws <see cref="TransientStepException"/> or <see cref="PermanentStepException"/> unless the service gave an outcome.</summary>
    Task<StepAnswer> CallAsync(string tenantId, StepCall call);
}
