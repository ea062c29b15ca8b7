namespace Dapr.Workflow.Abstractions.Attributes;

/// <summary>Names a activity class; without a name it goes by its type's.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class WorkflowActivityAttribute : Attribute
{
    /// <summary>Marks the class without naming it.</summary>
    public WorkflowActivityAttribute()
    {
    }

    /// <summary>Names the class.</summary>
    public WorkflowActivityAttribute(string name)
    {
        Name = name;
    }

    /// <summary>The name.</summary>
    public string? Name { get; }
}
