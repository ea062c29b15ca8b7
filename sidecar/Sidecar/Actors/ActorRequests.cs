using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.Actors;

/// <summary>The body of a reminder's or timer's registration.</summary>
internal sealed record CallbackRequest
{
    public string DueTime { get; init; } = "";

    public string Period { get; init; } = "";

    public string TimeToLive { get; init; } = "";

    /// <summary>Timers only.</summary>
    public string Callback { get; init; } = "";

    /// <summary>Reminders only; default true.</summary>
    public bool Overwrite { get; init; } = true;

    /// <summary>Reminders over gRPC only; null = the default.</summary>
    public Schedules.FailurePolicy? FailurePolicy { get; init; }

    /// <summary>The data as JSON; null = none.</summary>
    public byte[]? Data { get; init; }

    /// <summary>Reads a body; what is wrong, in Go's words, or null.</summary>
    public static string? Read(JsonElement body, bool isTimer, out CallbackRequest request)
    {
        const string Reminder = "struct { Data json.RawMessage \"json:\\\"data\\\"\"; FailurePolicy *common.JobFailurePolicy \"json:\\\"failure_policy,omitempty\\\"\"; *api.createReminderAlias }";
        const string Timer = "struct { Data json.RawMessage \"json:\\\"data\\\"\"; *api.createTimerAlias }";
        request = new CallbackRequest();
        if (body.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (body.ValueKind != JsonValueKind.Object)
        {
            return $"json: cannot unmarshal {GoJson.KindOf(body)} into Go value of type {(isTimer ? Timer : Reminder)}";
        }

        var type = isTimer ? ".createTimerAlias" : ".createReminderAlias";
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in isTimer ? (string[])["dueTime", "period", "ttl", "callback"] : ["dueTime", "period", "ttl"])
        {
            if (Given(body, name) is not { } text)
            {
                continue;
            }

            if (text.ValueKind != JsonValueKind.String)
            {
                return $"json: cannot unmarshal {GoJson.KindOf(text)} into Go struct field {type}.{name} of type string";
            }

            texts[name] = text.GetString()!;
        }

        var overwrite = isTimer ? null : Given(body, "overwrite");
        if (overwrite is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } wrong)
        {
            return $"json: cannot unmarshal {GoJson.KindOf(wrong)} into Go struct field {type}.overwrite of type bool";
        }

        request = new CallbackRequest
        {
            DueTime = texts.GetValueOrDefault("dueTime", ""),
            Period = texts.GetValueOrDefault("period", ""),
            TimeToLive = texts.GetValueOrDefault("ttl", ""),
            Callback = texts.GetValueOrDefault("callback", ""),
            Overwrite = overwrite?.GetBoolean() ?? true,
            Data = GoJson.Member(body, "data") is { } data ? GoJson.Compact(data) : null,
        };
        return null;
    }

    private static JsonElement? Given(JsonElement body, string name) => GoJson.Member(body, name) is { ValueKind: not JsonValueKind.Null } member ? member : null;
}
