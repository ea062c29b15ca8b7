using Dapr.Common;

namespace Dapr.Workflow.Registration;

/// <summary>Carries the service collection through the registration of workflows.</summary>
public interface IDaprWorkflowBuilder : IDaprServiceBuilder;
