namespace Sidecar.Workflows.Engine;

/// <summary>Something that a worker does. All of it is used under the gate.</summary>
internal interface IDispatched
{
    Lock Gate { get; }

    /// <summary>How many workers have gone, one after the other, while they had it.</summary>
    int Losses { get; set; }

    /// <summary>It is not handed out for a while, because it may be what ended its workers.</summary>
    bool IsHeldBack { get; set; }
}
