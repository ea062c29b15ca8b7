using System.Buffers;
using System.Text.Json;

namespace Dapr.Actors.Runtime;

/// <summary>Registers timers and reminders with the sidecar.</summary>
internal sealed class SidecarTimerManager(ActorSidecar sidecar) : ActorTimerManager
{
    private const string Reminders = "reminders";
    private const string Timers = "timers";

    public override Task RegisterReminderAsync(ActorReminder reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        var body = Json(writer =>
        {
            writer.WriteString("dueTime", DaprDuration.Write(reminder.DueTime));
            writer.WriteString("period", DaprDuration.Write(reminder.Period, reminder.Repetitions));
            writer.WriteBase64String("data", reminder.State);
            WriteTtl(writer, reminder.Ttl);
        });
        return sidecar.RegisterAsync(Reminders, reminder.ActorType, reminder.ActorId.GetId(), reminder.Name, body);
    }

    public override async Task<IActorReminder> GetReminderAsync(ActorReminderToken reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        var callback = CallbackBody.Read(await sidecar.GetReminderAsync(reminder.ActorType, reminder.ActorId.GetId(), reminder.Name));
        return new ActorReminder(
            reminder.ActorType, reminder.ActorId, reminder.Name, callback.Data, callback.DueTime < TimeSpan.Zero ? TimeSpan.Zero : callback.DueTime, callback.Period, callback.Repetitions, callback.Ttl);
    }

    public override Task UnregisterReminderAsync(ActorReminderToken reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        return sidecar.UnregisterAsync(Reminders, reminder.ActorType, reminder.ActorId.GetId(), reminder.Name);
    }

    public override Task RegisterTimerAsync(ActorTimer timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        var body = Json(writer =>
        {
            writer.WriteString("dueTime", DaprDuration.Write(timer.DueTime));
            if (timer.Period >= TimeSpan.Zero)
            {
                writer.WriteString("period", DaprDuration.Write(timer.Period));
            }

            if (timer.Data is { } data)
            {
                writer.WriteBase64String("data", data);
            }

            writer.WriteString("callback", timer.TimerCallback);
            WriteTtl(writer, timer.Ttl);
        });
        return sidecar.RegisterAsync(Timers, timer.ActorType, timer.ActorId.GetId(), timer.Name, body);
    }

    public override Task UnregisterTimerAsync(ActorTimerToken timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        return sidecar.UnregisterAsync(Timers, timer.ActorType, timer.ActorId.GetId(), timer.Name);
    }

    private static void WriteTtl(Utf8JsonWriter writer, TimeSpan? ttl)
    {
        if (ttl is { } lifetime)
        {
            writer.WriteString("ttl", DaprDuration.Write(lifetime));
        }
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
