using Dapr.Workflow.Testing.Tests.Plans;
using Xunit.Abstractions;

namespace Dapr.Workflow.Testing.Tests.Crashes;

/// <summary>
/// The connection to PostgreSQL is cut at every message that goes there, and so at every commit: before the message arrives, and after it was carried out but not
/// answered. The result is that of a run in which nothing happened.
/// </summary>
[Trait("Speed", "Slow")]
public sealed class DatabaseCutTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int AtOnce = 4;

    private static readonly Dictionary<string, Plan> Plans = new(StringComparer.Ordinal)
    {
        ["series, parallel, timer, child and event"] = new(PlanKind.Series, Items:
        [
            new(PlanKind.Activity, "a"),
            new(PlanKind.Parallel, Items: [new(PlanKind.Activity, "b"), new(PlanKind.Timer, Number: 10), new(PlanKind.Child, "c", Items: [new(PlanKind.Activity, "d")])]),
            new(PlanKind.Event, "go"),
        ]),
        ["continue-as-new"] = new(PlanKind.Again, Number: 2, Items: [new(PlanKind.Series, Items: [new(PlanKind.Activity, "round"), new(PlanKind.Timer, Number: 5)])]),
        ["compensation"] = new(PlanKind.Compensation, "confirm", Items: [new(PlanKind.Activity, "reserve"), new(PlanKind.Activity, "charge")]),
    };

    private PostgresDatabase _database = null!;

    public static TheoryData<string> Kinds => [.. Plans.Keys];

    public async Task InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Run_CutAtEveryMessage_ComesToTheSameWithEveryEffectOnce(string kind)
    {
        var plan = Plans[kind];
        var undisturbed = await Run(plan).RunAsync();
        undisturbed.Output.Should().Be($"\"{plan.Result()}\"");

        var cuts = Enumerable.Range(1, undisturbed.Messages).SelectMany(at => new[] { (at, true), (at, false) });
        await Parallel.ForEachAsync(cuts, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (cut, _) =>
        {
            var (at, afterAnswer) = cut;
            var run = await Run(plan).RunAsync(at, afterAnswer).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, CancellationToken.None);

            var because = $"cut at message {at}, {(afterAnswer ? "after" : "before")} the answer";
            run.Output.Should().Be(undisturbed.Output, because);
            run.Effects.Should().BeEquivalentTo(plan.Effects(), because);
            run.History.Should().Equal(undisturbed.History, because);
            run.LeftOver.Should().BeEmpty(because);
        });
        output.WriteLine($"{kind}: {undisturbed.Messages} messages, each cut before and after its answer");
    }

    private DatabaseRun Run(Plan plan) => new(_database.ConnectionString, plan);
}
