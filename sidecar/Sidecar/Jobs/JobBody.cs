using System.Globalization;
using System.Text.Json;
using Sidecar.Api.Http;
using Sidecar.Schedules;

namespace Sidecar.Jobs;

/// <summary>Reads the body of a job: the JSON form of a protocol buffers message, unknown members ignored; errors in that reader's words.</summary>
internal static class JobBody
{
    private static readonly ProtoJsonFields Fields = new("data", "name", "schedule", "repeats", "due_time", "ttl", "data", "overwrite", "failure_policy");

    /// <summary>What is wrong with a body, or null and the job; its name is what the body says.</summary>
    public static string? Read(ReadOnlyMemory<byte> body, out JobRequest job)
    {
        job = new JobRequest("");
        if (body.IsEmpty)
        {
            return null;
        }

        using var document = ProtoJson.Parse(body, out var malformed, Fields);
        return document is null ? malformed : ReadMembers(document.RootElement, body.Span, ref job);
    }

    /// <summary>The JSON form of a duration: seconds with 0, 3, 6 or 9 digits behind the point.</summary>
    public static string Duration(TimeSpan duration)
    {
        var fraction = Math.Abs(duration.Ticks % TimeSpan.TicksPerSecond);
        var format = fraction == 0 ? "0" : fraction % 10_000 == 0 ? "0.000" : fraction % 10 == 0 ? "0.000000" : "0.000000000";
        return ((decimal)duration.Ticks / TimeSpan.TicksPerSecond).ToString(format, CultureInfo.InvariantCulture) + "s";
    }

    private static string? ReadMembers(JsonElement root, ReadOnlySpan<byte> body, ref JobRequest job)
    {
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null && member.Name != "data")
            {
                continue;
            }

            var text = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null;
            switch (member.Name)
            {
                case "name" or "schedule" or "dueTime" or "due_time" or "ttl" when text is null:
                    return ProtoJson.Invalid(body, member, "string", JsonName(member.Name));
                case "name":
                    job = job with { Name = text! };
                    break;
                case "schedule":
                    job = job with { Schedule = text };
                    break;
                case "dueTime" or "due_time":
                    job = job with { DueTime = text };
                    break;
                case "ttl":
                    job = job with { TimeToLive = text };
                    break;
                case "repeats":
                    if (ProtoJson.WholeNumber(member.Value, 0, uint.MaxValue) is not { } repeats)
                    {
                        return ProtoJson.Invalid(body, member, "uint32", "repeats");
                    }

                    job = job with { Repeats = (uint)repeats };
                    break;
                case "overwrite":
                    if (member.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                    {
                        return ProtoJson.Invalid(body, member, "bool", "overwrite");
                    }

                    job = job with { Overwrite = member.Value.GetBoolean() };
                    break;
                case "data":
                    job = job with { Data = new ScheduleData(null, GoJson.Compact(member.Value)) };
                    break;
                case "failurePolicy" or "failure_policy":
                    if (ReadPolicy(member, body, out var policy) is { } wrong)
                    {
                        return wrong;
                    }

                    job = job with { FailurePolicy = policy };
                    break;
            }
        }

        return null;
    }

    private static string? ReadPolicy(JsonProperty policyMember, ReadOnlySpan<byte> body, out FailurePolicy? policy)
    {
        policy = null;
        if (policyMember.Value.ValueKind != JsonValueKind.Object)
        {
            return ProtoJson.Unexpected(body, policyMember);
        }

        foreach (var choice in policyMember.Value.EnumerateObject().Where(choice => choice.Value.ValueKind == JsonValueKind.Object))
        {
            if (choice.NameEquals("drop"))
            {
                policy = new FailurePolicy(Drop: true);
                continue;
            }

            if (!choice.NameEquals("constant"))
            {
                continue;
            }

            policy = new FailurePolicy(Drop: false);
            foreach (var member in choice.Value.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
            {
                if (member.NameEquals("interval"))
                {
                    if (ParseDuration(member.Value) is not { } interval)
                    {
                        return $"proto: {ProtoJson.Position(body, member)}: invalid google.protobuf.Duration value {member.Value.GetRawText()}";
                    }

                    policy = policy with { Interval = interval };
                }
                else if (member.NameEquals("maxRetries") || member.NameEquals("max_retries"))
                {
                    if (ProtoJson.WholeNumber(member.Value, 0, uint.MaxValue) is not { } retries)
                    {
                        return ProtoJson.Invalid(body, member, "uint32", "maxRetries");
                    }

                    policy = policy with { MaxRetries = (uint)retries };
                }
            }
        }

        return null;
    }

    private static TimeSpan? ParseDuration(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { } text && text.EndsWith('s')
        && decimal.TryParse(text[..^1], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs(seconds) <= 315_576_000_000
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null;

    private static string JsonName(string name) => name == "due_time" ? "dueTime" : name;
}
