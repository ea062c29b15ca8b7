using Sidecar.Telemetry;

namespace Sidecar.Actors;

/// <summary>How an app that hosts actors is called: methods, reminders, timers, deactivation.</summary>
internal interface IActorTransport
{
    /// <summary>Whether the app takes calls.</summary>
    bool IsAvailable { get; }

    /// <summary>Calls a method of an actor; <c>remind/NAME</c> and <c>timer/NAME</c> are methods too.</summary>
    Task<ActorResult> InvokeAsync(ActorCall call, string? reentrancyId, TraceContext trace, CancellationToken cancellationToken);

    /// <summary>Tells the app that an actor is gone; null, or why it does not know.</summary>
    Task<string?> DeactivateAsync(string type, string id, CancellationToken cancellationToken);

    /// <summary>There will be no further calls.</summary>
    Task CloseAsync() => Task.CompletedTask;
}
