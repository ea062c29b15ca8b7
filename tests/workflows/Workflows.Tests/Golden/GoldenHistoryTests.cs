using Dapr.Workflow.Testing.Histories;

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
        (await ReplayAsync(Read(file))).Should().BeNull("an instance with the history {0} may be under way: use IsPatched, or a workflow with another name", file);

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Record_RunOfToday_IsReplayedFromItsText(string run)
    {
        var text = SagaRuns.All[run]().ToJson();

        (await ReplayAsync(text)).Should().BeNull();
        if (Environment.GetEnvironmentVariable(RecordTo) is { Length: > 0 } folder)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, run + ".json"), text);
        }
    }

    [Fact]
    public async Task Replay_HistoryOfOtherCode_SaysExpectedAndFound()
    {
        var other = Read("paid.json").Replace("\"ReserveStock\"", "\"HoldStock\"", StringComparison.Ordinal);

        (await ReplayAsync(other)).Should().Be("OrderSaga: action #1: expected activity 'HoldStock', found activity 'ReserveStock'");
    }

    [Fact]
    public async Task Replay_HistoryWithAnotherResult_SaysExpectedAndFound()
    {
        var other = Read("declined.json").Replace("CANCELLED", "REFUSED", StringComparison.Ordinal);

        (await ReplayAsync(other)).Should().Match("OrderSaga: expected the end with *REFUSED*, found the end with *CANCELLED*");
    }

    private static Task<string?> ReplayAsync(string json) => WorkflowHistory.Parse(json).ReplayAsync(OrderSagaRegistration.Register);

    private static string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));
}
