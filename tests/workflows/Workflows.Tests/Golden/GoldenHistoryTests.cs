namespace Workflows.Tests.Golden;

/// <summary>A change of the saga that instances under way would not survive fails here, with what their histories expect and what the code asks for now.</summary>
public sealed class GoldenHistoryTests
{
    /// <summary>A folder for the histories of today's code. Those that are kept stay: instances with such histories may be under way.</summary>
    private const string RecordTo = "RECORD_HISTORIES";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden", "Histories");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Runs => [.. SagaRuns.All.Keys];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Saga_HistoryOfAnEarlierVersion_GoesOnWithTodaysCode(string file) =>
        (await SagaRuns.CompareAsync(Read(file))).Should().BeNull("an instance with the history {0} may be under way: use IsPatched, or a workflow with another name", file);

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Record_RunOfToday_IsReplayedFromItsText(string run)
    {
        var text = (await SagaRuns.All[run]()).ToText();

        (await SagaRuns.CompareAsync(GoldenHistory.Parse(text))).Should().BeNull();
        if (Environment.GetEnvironmentVariable(RecordTo) is { Length: > 0 } folder)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, run + ".json"), text);
        }
    }

    [Fact]
    public async Task Compare_CodeAsksForSomethingElse_SaysExpectedAndFound()
    {
        var history = Read("paid.json");
        var other = history with { Entries = [.. history.Entries.Select(entry => entry.Name == "ReserveStock" ? entry with { Name = "HoldStock" } : entry)] };

        (await SagaRuns.CompareAsync(other)).Should().Be("OrderSaga: action #1: expected activity 'HoldStock', found activity 'ReserveStock'");
    }

    [Fact]
    public async Task Compare_CodeAsksForLess_SaysExpectedAndFound()
    {
        var history = Read("paid.json");
        var longer = history with { Entries = [.. history.Entries, new GoldenEntry("TimerCreated", 6)] };

        (await SagaRuns.CompareAsync(longer)).Should().Be("OrderSaga: action #6: expected a timer, found the end of the workflow");
    }

    [Fact]
    public async Task Compare_CodeAsksForMore_SaysExpectedAndFound()
    {
        var history = Read("paid.json");
        var last = history.Entries.Last(entry => entry.IsAction);
        var shorter = history with { Entries = [.. history.Entries.TakeWhile(entry => entry != last)] };

        (await SagaRuns.CompareAsync(shorter)).Should().Be("OrderSaga: action #5: expected nothing more, found activity 'MarkPaid'");
    }

    [Fact]
    public async Task Compare_AnotherResult_SaysExpectedAndFound()
    {
        var declined = Read("declined.json");

        (await SagaRuns.CompareAsync(declined with { Output = Read("paid.json").Output })).Should().Match("OrderSaga: expected the end with *PAID*, found *CANCELLED*");
    }

    private static GoldenHistory Read(string file) => GoldenHistory.Parse(File.ReadAllText(Path.Combine(Folder, file)));
}
