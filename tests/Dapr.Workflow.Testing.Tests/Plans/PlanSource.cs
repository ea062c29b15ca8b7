namespace Dapr.Workflow.Testing.Tests.Plans;

/// <summary>Draws workflows. With apps, some of their activities and children belong to one of those.</summary>
internal sealed class PlanSource(Random random, params string[] apps)
{
    private const int Deepest = 3;
    private int _keys;

    /// <summary>A workflow whose keys differ from those of all others of this source.</summary>
    public Plan Next() => random.Next(6) == 0
        ? new Plan(PlanKind.Again, Number: random.Next(1, 4), Items: [Part(Deepest - 1, canRead: true)])
        : Part(Deepest, canRead: true);

    // Events are raised for the workflow itself, not for its children.
    private Plan Part(int depth, bool canRead) => random.Next(depth > 0 ? 9 : 4) switch
    {
        0 or 1 => Activity(),
        2 => new Plan(PlanKind.Timer, Number: random.Next(1, 3_000)),
        3 => canRead ? new Plan(PlanKind.Event, Key()) : new Plan(PlanKind.Timeout, Key(), random.Next(1, 3_000)),
        4 => new Plan(PlanKind.Retries, Key(), random.Next(1, 4)) { App = App() },
        5 => new Plan(PlanKind.Child, Key(), Items: [Part(depth - 1, canRead: false)]) { App = App() },
        6 => new Plan(PlanKind.Compensation, Key(), Items: Several(Activity)),
        7 => new Plan(PlanKind.Parallel, Items: Several(() => Part(depth - 1, canRead))),
        _ => new Plan(PlanKind.Series, Items: Several(() => Part(depth - 1, canRead))),
    };

    private Plan Activity() => new(PlanKind.Activity, Key()) { App = App() };

    private string? App() => apps.Length == 0 ? null : apps[random.Next(apps.Length)];

    private string Key() => $"k{_keys++}";

    private Plan[] Several(Func<Plan> part) => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => part())];
}
