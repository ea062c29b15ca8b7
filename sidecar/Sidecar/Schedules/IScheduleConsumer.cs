namespace Sidecar.Schedules;

/// <summary>One that takes the occurrences of a target's schedules. Several of one target share them.</summary>
internal interface IScheduleConsumer
{
    /// <summary>The target, see <see cref="ScheduleRequest.Target"/>.</summary>
    string Target { get; }

    /// <summary>False while nothing can be delivered; what is due waits.</summary>
    bool IsAvailable { get; }

    /// <summary>Delivers an occurrence. Never throws but for cancellation.</summary>
    Task<DeliveryOutcome> DeliverAsync(ScheduleEntry entry, CancellationToken cancellationToken);
}
