using System.Text;
using Microsoft.Extensions.Logging;
using Sidecar.Schedules;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Actors;

/// <summary>Takes the reminders of an actor type that this app hosts.</summary>
internal sealed partial class ReminderConsumer(string target, string actorType, ActorHost host, ActorRouter router, ActorMetrics metrics, ILogger logger) : IScheduleConsumer
{
    public string Target => target;

    public bool IsAvailable => host.IsAvailable;

    public async Task<DeliveryOutcome> DeliverAsync(ScheduleEntry entry, CancellationToken cancellationToken)
    {
        var request = entry.Definition.Request;
        var data = request.Data is { } given ? $"\"data\":{Encoding.UTF8.GetString(given.Bytes.Span)}," : "";
        var failure = await router.CallBackAsync(actorType, request.ActorId!, $"remind/{request.Name}", $$"""{{{data}}"dueTime":"","period":""}""", cancellationToken);
        metrics.ReminderFired(actorType, failure is null);
        if (failure is null or { Kind: ActorFailureKind.Cancelled })
        {
            return DeliveryOutcome.Accepted;
        }

        LogFailed(request.Name, actorType, request.ActorId!, failure.Message);
        return failure.Kind is ActorFailureKind.NoHost or ActorFailureKind.Unreachable ? DeliveryOutcome.Unreachable : DeliveryOutcome.Refused;
    }

    [LoggerMessage(4231, LogLevel.Warning, "Reminder {Name} of actor {Type}/{Id} failed: {Problem}")]
    private partial void LogFailed(string name, string type, string id, string problem);
}
