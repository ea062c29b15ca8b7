using Dapr.Common.Serialization;

namespace Dapr.Workflow.Serialization;

/// <summary>The serializer of workflow payloads.</summary>
public interface IWorkflowSerializer : IDaprSerializer;
