namespace Dapr.Actors.Runtime;

/// <summary>Names an actor's type; without it the class name counts.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class ActorAttribute : Attribute
{
    /// <summary>The name under which the actor is called.</summary>
    public string? TypeName { get; set; }
}
