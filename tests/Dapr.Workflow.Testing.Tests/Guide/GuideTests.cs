namespace Dapr.Workflow.Testing.Tests.Guide;

/// <summary>What docs/testing.md shows is what runs here.</summary>
public sealed class GuideTests
{
    private const string Sample = "    // sample: ";

    [Fact]
    public async Task Guide_Samples_AreTheTestsOfTheReminder()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(TestServers.RepositoryRoot, "docs", "testing.md"));
        var folder = Path.Combine(TestServers.RepositoryRoot, "tests", "Dapr.Workflow.Testing.Tests", "Guide");
        var tests = await File.ReadAllTextAsync(Path.Combine(folder, "ReminderTests.cs"));
        var workflow = await File.ReadAllTextAsync(Path.Combine(folder, "Reminder.cs"));

        guide.Should().Contain(workflow[workflow.IndexOf("internal", StringComparison.Ordinal)..]);
        var samples = tests.TrimEnd().TrimEnd('}').Split(Sample).Skip(1).ToList();
        samples.Should().HaveCount(3);
        foreach (var sample in samples)
        {
            guide.Should().Contain(Unindented(sample[sample.IndexOf('\n', StringComparison.Ordinal)..].Trim()));
        }
    }

    private static string Unindented(string code) => code.Replace("\n    ", "\n", StringComparison.Ordinal);
}
