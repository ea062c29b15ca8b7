namespace Dapr.Actors.Runtime;

/// <summary>What happened to a key of an actor's state since it was last saved.</summary>
public enum StateChangeKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It is new.</summary>
    Add = 1,

    /// <summary>It has another value.</summary>
    Update = 2,

    /// <summary>It was removed.</summary>
    Remove = 3,
}
