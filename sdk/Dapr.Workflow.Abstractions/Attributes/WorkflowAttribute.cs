namespace Dapr.Workflow.Abstractions.Attributes;

/// <summary>Names a workflow class; without a name it goes by its type's.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class WorkflowAttribute : Attribute
{
    /// <summary>Marks the class without naming it.</summary>
    public WorkflowAttribute()
    {
    }

    /// <summary>Names the class.</summary>
    public WorkflowAttribute(string name)
    {
        Name = name;
    }

    /// <summary>The name.</summary>
    public string? Name { get; }
}
