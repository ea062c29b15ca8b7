using Conformance;

namespace Sidecar.Tests.Conformance;

/// <summary>docs/compatibility.md says what the code, the recordings and the tests say; how many scenarios pass only a run of them knows.</summary>
public sealed class CompatibilityPageTests
{
    private static readonly string Page = File.ReadAllText(CompatibilityPage.Path);

    private static readonly string[] DeviationRows = [.. Page.Split('\n').SkipWhile(line => line != "## Differs on purpose").Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

    [Fact]
    public void Table_RenderedAgain_IsTheSame()
    {
        var rendered = CompatibilityPage.Render(api => CompatibilityPage.Read(Page, api) ?? new ApiResult(0, 0, []), CompatibilityPage.ReadOpen(Page));

        CompatibilityPage.Replace(Page, rendered).Should().Be(Page, "the table is older than its rows in the code; run make conformance");
    }

    [Fact]
    public void Table_Totals_AreTheRecordings()
    {
        var golden = Path.Combine(TestServers.RepositoryRoot, "tests", "Conformance", "golden");
        var totals = Scenario.Load(golden).CountBy(scenario => DaprApi.Of(scenario.Id).Name).ToDictionary(StringComparer.Ordinal);

        foreach (var api in DaprApi.All)
        {
            CompatibilityPage.Read(Page, api)!.Total.Should().Be(totals.GetValueOrDefault(api.Name), api.Name);
        }
    }

    [Fact]
    public void Deviations_OfTheRunAndOfThePage_AreTheSame() =>
        DeviationRows.Select(row => CompatibilityPage.Names(row).First()).Should().BeEquivalentTo(OnPurpose.Names);

    [Fact]
    public void Deviations_AssertedBy_NamesTestsThatExist()
    {
        foreach (var row in DeviationRows)
        {
            var tests = CompatibilityPage.Names(row.Split('|')[^2]).ToList();

            tests.Should().NotBeEmpty(row);
            tests.Should().OnlyContain(test => Exists(test), row);
        }
    }

    [Fact]
    public void Table_AlsoShownBy_NamesTestsThatExist() => DaprApi.All.SelectMany(api => api.Tests).Should().OnlyContain(test => Exists(test));

    private static bool Exists(string test)
    {
        var parts = test.Split('.');
        var found = typeof(CompatibilityPageTests).Assembly.GetTypes().FirstOrDefault(type => type.Name == parts[0]);
        return found is not null && (parts.Length == 1 || found.GetMethod(parts[1]) is not null);
    }
}
