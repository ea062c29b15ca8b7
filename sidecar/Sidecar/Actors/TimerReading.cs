using System.Text;
using System.Text.Json;
using Sidecar.Schedules;

namespace Sidecar.Actors;

/// <summary>Makes a timer of its registration.</summary>
internal static class TimerReading
{
    /// <summary>The timer, or what is wrong in daprd's words.</summary>
    public static string? Read(string type, string id, string name, CallbackRequest body, DateTimeOffset now, out ActorTimer? timer)
    {
        timer = null;
        var due = now;
        if (body.DueTime.Length > 0 && DaprTime.TryParsePoint(body.DueTime, now, out due) is { } badDue)
        {
            return $"error parsing timer due time: {badDue}";
        }

        DaprDuration? period = null;
        if (body.Period.Length > 0)
        {
            if (!DaprTime.TryParseDuration(body.Period, out period))
            {
                return $"invalid timer period: parse error: unsupported duration format: {body.Period}";
            }

            if (period.Repetitions == 0)
            {
                return "invalid timer period: has zero repetitions";
            }
        }

        DateTimeOffset? expires = null;
        if (body.TimeToLive.Length > 0)
        {
            if (DaprTime.TryParsePoint(body.TimeToLive, due, out var end) is { } badEnd)
            {
                return $"error parsing timer TTL: {badEnd}";
            }

            if (now > end || due > end)
            {
                return $"timer {type}||{id}||{name} has already expired: dueTime: {due:yyyy-MM-dd HH:mm:ss.fffffff zzz} TTL: {body.TimeToLive}";
            }

            expires = end;
        }

        timer = new ActorTimer(type, id, name, Body(body), due, period, expires);
        return null;
    }

    private static string Body(CallbackRequest body)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("callback", body.Callback);
            if (body.Data is { } data)
            {
                json.WritePropertyName("data");
                json.WriteRawValue(data, skipInputValidation: true);
            }

            json.WriteString("dueTime", body.DueTime);
            json.WriteString("period", body.Period);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
