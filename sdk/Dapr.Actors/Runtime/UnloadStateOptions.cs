namespace Dapr.Actors.Runtime;

/// <summary>How a key of an actor's state leaves memory.</summary>
public class UnloadStateOptions
{
    /// <summary>Whether a change that is not saved may be lost; default false: an exception.</summary>
    public bool AllowUnloadingWhenStateModified { get; set; }
}
