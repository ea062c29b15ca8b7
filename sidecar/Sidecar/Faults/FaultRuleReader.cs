using System.Globalization;
using Sidecar.Components;

namespace Sidecar.Faults;

/// <summary>Something wrong with a rule: the field, what is wrong, what is accepted.</summary>
internal sealed record FaultProblem(string Field, string What, string Remedy)
{
    /// <inheritdoc />
    public override string ToString() => $"{Field}: {What}; {Remedy}";
}

/// <summary>Reads a rule from its fields, whoever wrote them: a run file, the control port, a command line. Finds all problems at once.</summary>
internal sealed class FaultRuleReader
{
    private static readonly string[] Places = ["route", "topic", "component", "activity"];

    private static readonly string[] Known =
        ["name", "app", .. Places, "latency", "jitter", "error", "drop", "duplicate", "reorder", "percent", "times"];

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private readonly IReadOnlyDictionary<string, string> _fields;
    private readonly List<FaultProblem> _problems = [];

    private FaultRuleReader(IReadOnlyDictionary<string, string> fields) => _fields = fields;

    /// <summary>Reads a rule; null when there are problems. <paramref name="name"/> is for a rule that has none.</summary>
    public static FaultRule? Read(IReadOnlyDictionary<string, string> fields, string name, out IReadOnlyList<FaultProblem> problems)
    {
        var reader = new FaultRuleReader(fields);
        var rule = reader.Read(name);
        problems = reader._problems;
        return problems.Count == 0 ? rule : null;
    }

    private FaultRule Read(string name)
    {
        foreach (var unknown in _fields.Keys.Except(Known, StringComparer.Ordinal))
        {
            Refuse(unknown, "is not a field of a fault", $"known: {string.Join(", ", Known)}");
        }

        var (place, target) = ReadPlace();
        var rule = new FaultRule
        {
            Name = Text("name") ?? name,
            App = Text("app") ?? "*",
            Place = place,
            Target = target,
            Component = place == FaultPlace.Topic ? Text("component") ?? "*" : "*",
            Latency = Duration("latency"),
            Jitter = Duration("jitter"),
            Error = Error(),
            Drop = Drop(),
            Duplicate = Flag("duplicate"),
            Reorder = Duration("reorder"),
            Percent = Number("percent", 100, 0.001, 100),
            Times = Text("times") is null ? null : (long)Number("times", 1, 1, long.MaxValue / 2),
        };
        Check(rule);
        return rule;
    }

    private (FaultPlace Place, string Target) ReadPlace()
    {
        var given = Places.Where(place => Text(place) is not null).ToList();
        switch (given)
        {
            case []:
                return (FaultPlace.Route, "*");
            case [var one]:
                return (Enum.Parse<FaultPlace>(one, ignoreCase: true), Text(one)!);
            case ["topic", "component"]:
                return (FaultPlace.Topic, Text("topic")!);
            default:
                Refuse(given[1], $"stands beside {given[0]}", "a fault is about one of route, topic (of a component), component, activity");
                return (FaultPlace.Route, "*");
        }
    }

    private void Check(FaultRule rule)
    {
        if (rule is { Latency.Ticks: 0, Jitter.Ticks: 0, Error: null, Drop: FaultDrop.None, Duplicate: false, Reorder.Ticks: 0 } && _problems.Count == 0)
        {
            Refuse("latency", "is missing, and so is any other fault", "give one or more of latency, jitter, error, drop, duplicate, reorder");
        }

        if (rule.Error is not null && (rule.Drop != FaultDrop.None || rule.Duplicate))
        {
            Refuse("error", "stands beside drop or duplicate", "a call that fails at once is neither lost nor made twice; write two faults");
        }

        if (rule.Place == FaultPlace.Activity && (rule.Duplicate || rule.Reorder > TimeSpan.Zero || rule.Drop == FaultDrop.Request))
        {
            Refuse("activity", "cannot be duplicated, reordered, or its request dropped", "supported for activities: latency, jitter, error, drop: answer (the worker's answer is refused once, so that it comes again)");
        }
    }

    private string? Text(string field) => _fields.TryGetValue(field, out var value) && value.Length > 0 ? value : null;

    private TimeSpan Duration(string field)
    {
        if (Text(field) is not { } text)
        {
            return TimeSpan.Zero;
        }

        if (GoDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero && duration <= Longest)
        {
            return duration;
        }

        Refuse(field, $"'{text}' is not a duration above 0 and up to {Longest.TotalMinutes:0}m", "write for example 250ms or 1.5s");
        return TimeSpan.Zero;
    }

    private FaultError? Error()
    {
        if (Text("error") is not { } text)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            return new FaultError(0, text);
        }

        if (status is < 400 or > 599)
        {
            Refuse("error", $"{status} is not the status of a failure", "write a status from 400 to 599, or a text");
        }

        return new FaultError(status, text);
    }

    private FaultDrop Drop()
    {
        switch (Text("drop"))
        {
            case null:
                return FaultDrop.None;
            case "request":
                return FaultDrop.Request;
            case "answer":
                return FaultDrop.Answer;
            case var other:
                Refuse("drop", $"'{other}' is nothing that can be lost", "accepted: request, answer");
                return FaultDrop.None;
        }
    }

    private bool Flag(string field)
    {
        if (Text(field) is null or "false" or "true")
        {
            return Text(field) == "true";
        }

        Refuse(field, $"'{Text(field)}' is not a truth value", "write true or false");
        return false;
    }

    private double Number(string field, double otherwise, double lowest, double highest)
    {
        if (Text(field) is not { } text)
        {
            return otherwise;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= lowest && number <= highest)
        {
            return number;
        }

        Refuse(field, $"'{text}' is not a number from {lowest} to {highest}", "correct it or leave the field out");
        return otherwise;
    }

    private void Refuse(string field, string what, string remedy) => _problems.Add(new FaultProblem(field, what, remedy));
}
