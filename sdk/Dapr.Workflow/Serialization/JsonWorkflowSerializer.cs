using System.Text.Json;
using Dapr.Common.Serialization;

namespace Dapr.Workflow.Serialization;

/// <summary>The older name of <see cref="JsonDaprSerializer"/>.</summary>
[Obsolete("Use JsonDaprSerializer instead.")]
public sealed class JsonWorkflowSerializer : JsonDaprSerializer, IWorkflowSerializer
{
    /// <summary>Uses the Web defaults and public fields.</summary>
    public JsonWorkflowSerializer()
    {
    }

    /// <summary>Uses the given JSON settings.</summary>
    public JsonWorkflowSerializer(JsonSerializerOptions options)
        : base(options)
    {
    }
}
