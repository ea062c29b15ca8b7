using System.Diagnostics;
using Fuzz.Input;
using Sidecar.Components;
using Sidecar.Faults;
using Sidecar.Resiliency;
using Sidecar.Schedules;

namespace Fuzz.Targets;

/// <summary>Durations, points in time, schedules, trip conditions, status lists, faults: each text is understood or refused, and soon.</summary>
internal sealed class TimeTarget : ITarget
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly DateTimeOffset Now = new(2024, 2, 29, 23, 59, 59, TimeSpan.Zero);
    private static readonly BreakerCounts Counts = default(BreakerCounts).Begun.Failed;

    public string Name => "time";

    public int Weight => 5;

    public Task<Problem?> RunAsync(FuzzRandom random)
    {
        var text = Grammar.Time(random);
        text = random.Below(4) switch
        {
            0 => Mutation.Text(random, text),
            1 => Mutation.Text(random, random.Pick<string>(["consecutiveFailures > 5", "requests >= 3 && totalFailures*2 > requests", "502-504,429", "1h30m", "*/5 * * * * *"])),
            _ => text,
        };
        var clock = Stopwatch.StartNew();
        try
        {
            Read(text);
        }
        catch (Exception exception)
        {
            return Task.FromResult<Problem?>(new Problem(exception.ToString(), text));
        }

        return Task.FromResult(Problem.IfSlow(clock.Elapsed, Longest, text));
    }

    private static void Read(string text)
    {
        _ = GoDuration.TryParse(text, out _);
        if (DaprTime.TryParseDuration(text, out var duration))
        {
            DaprTime.TryAdd(duration, Now, out _);
        }

        DaprTime.TryParsePoint(text, Now, out _);
        _ = DaprTime.TryParseRfc3339(text, out _);
        _ = DaprTime.TryParseIso(text, out _);
        CronExpression.Parse(text, TimeZoneInfo.Utc, out _)?.Next(Now);
        CronExpression.Parse(text, TimeZoneInfo.Utc, out _, secondIsOptional: true)?.Next(Now);
        _ = TripCondition.TryParse(text, out var trip, out _) && trip.IsMet(Counts);
        StatusCodeSet.Parse(text, 100, 599, out _);
        FaultRuleReader.Read(new Dictionary<string, string>(StringComparer.Ordinal) { ["latency"] = text, ["percent"] = text, ["error"] = text, ["route"] = text }, "f", out _);
        TextPattern.Matches(text, text + text);
    }
}
