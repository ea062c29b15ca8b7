namespace Dapr.Actors.Builder;

/// <summary>Settings of the code that is made for actor interfaces. Without effect: what is made here cannot be debugged.</summary>
[AttributeUsage(AttributeTargets.Assembly | AttributeTargets.Class | AttributeTargets.Interface)]
public class CodeBuilderAttribute : Attribute
{
    /// <summary>Asks for code that can be debugged.</summary>
    public bool EnableDebugging { get; set; }
}
