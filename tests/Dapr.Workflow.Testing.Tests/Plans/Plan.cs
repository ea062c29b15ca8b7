namespace Dapr.Workflow.Testing.Tests.Plans;

/// <summary>What a part of a planned workflow does.</summary>
internal enum PlanKind
{
    /// <summary>One activity.</summary>
    Activity,

    /// <summary>An activity whose effect happens at once, while its first <see cref="Plan.Number"/> answers are failures; retried after pauses.</summary>
    Retries,

    /// <summary>A timer of <see cref="Plan.Number"/> milliseconds.</summary>
    Timer,

    /// <summary>An event that is raised once the workflow exists.</summary>
    Event,

    /// <summary>An event that nobody raises, waited for for <see cref="Plan.Number"/> milliseconds.</summary>
    Timeout,

    /// <summary>One item after the other.</summary>
    Series,

    /// <summary>All items at once.</summary>
    Parallel,

    /// <summary>The item in a workflow of its own.</summary>
    Child,

    /// <summary>The items' activities one after the other; then a step is refused, and they are undone in reverse.</summary>
    Compensation,

    /// <summary>The item <see cref="Plan.Number"/> times, each in a run of its own. Only as the whole of a workflow.</summary>
    Again,
}

/// <summary>A workflow as data, so that it can be drawn from a seed, and so that it is known beforehand what it comes to.</summary>
internal sealed record Plan(PlanKind Kind, string Key = "", int Number = 0, params Plan[] Items)
{
    /// <summary>The app whose activity or workflow it is; null: that of the workflow.</summary>
    public string? App { get; init; }

    /// <summary>What the workflow ends with.</summary>
    public string Result(string scope = "") => Kind switch
    {
        PlanKind.Activity or PlanKind.Retries => Key + scope,
        PlanKind.Event => Payload(Key + scope),
        PlanKind.Timer => "fired",
        PlanKind.Timeout => "too late",
        PlanKind.Series or PlanKind.Parallel => $"({string.Join(',', Items.Select(item => item.Result(scope)))})",
        PlanKind.Child => $"[{Items[0].Result(scope)}]",
        PlanKind.Compensation => $"undone {string.Join(',', Items.Reverse().Select(item => item.Key + scope))}",
        PlanKind.Again => string.Concat(Rounds(scope).Select(round => Items[0].Result(round))),
        _ => throw new InvalidOperationException($"{Kind} has no result."),
    };

    /// <summary>The business keys of its effects.</summary>
    public IEnumerable<string> Effects(string scope = "") => Kind switch
    {
        PlanKind.Activity or PlanKind.Retries => [Key + scope],
        PlanKind.Compensation => Items.SelectMany(item => new[] { item.Key + scope, Undo(item.Key + scope) }),
        PlanKind.Again => Rounds(scope).SelectMany(round => Items[0].Effects(round)),
        _ => Items.SelectMany(item => item.Effects(scope)),
    };

    /// <summary>The names of the events that have to be raised.</summary>
    public IEnumerable<string> Events(string scope = "") => Kind switch
    {
        PlanKind.Event => [Key + scope],
        PlanKind.Again => Rounds(scope).SelectMany(round => Items[0].Events(round)),
        _ => Items.SelectMany(item => item.Events(scope)),
    };

    /// <summary>What an event of this name carries.</summary>
    public static string Payload(string eventName) => eventName + "!";

    /// <summary>The business key of an effect's undo.</summary>
    public static string Undo(string key) => "undo " + key;

    /// <summary>Sets the keys of one round of <see cref="PlanKind.Again"/> apart from those of the others.</summary>
    public static string Round(string scope, int left) => $"{scope}.{left}";

    private IEnumerable<string> Rounds(string scope) => Enumerable.Range(0, Number).Select(i => Round(scope, Number - i));
}

/// <summary>The input of a planned workflow.</summary>
/// <param name="Plan">What is (still) to do.</param>
/// <param name="Scope">Sets its keys apart.</param>
/// <param name="Before">What earlier runs came to.</param>
internal sealed record PlanRun(Plan Plan, string Scope = "", string Before = "");
