using System.Reflection;
using System.Text;

namespace Surface.Tests;

/// <summary>
/// Our assemblies against the surface of the official packages 1.18.5 (data/): what we have must be there letter by letter, and what is
/// left out is what the README lists, so that it neither grows nor shrinks unseen.
/// </summary>
public sealed class SurfaceTests
{
    private const string Begin = "<!-- left out -->\n";
    private const string End = "<!-- end -->\n";
    private static readonly string[] Assemblies = ["Dapr.Common", "Dapr.Client", "Dapr.AspNetCore", "Dapr.Workflow.Abstractions", "Dapr.Workflow", "Dapr.Actors", "Dapr.Actors.AspNetCore"];

    public static TheoryData<string> Names => [.. Assemblies];

    [Theory]
    [MemberData(nameof(Names))]
    public void Surface_OfOurAssembly_HasNothingTheOfficialLacks(string assembly)
    {
        Ours(assembly).Except(Official(assembly), StringComparer.Ordinal).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Surface_LeftOut_IsObsoleteExperimentalOrOfGrpc(string assembly)
    {
        Missing(assembly).Where(line => LeftOut.Reason(line) is null).Should().BeEmpty();
    }

    [Fact]
    public async Task Surface_LeftOut_IsWhatTheReadmeLists()
    {
        var path = Path.Combine(TestServers.RepositoryRoot, "sdk", "README.md");
        var readme = await File.ReadAllTextAsync(path);
        var start = readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = readme.IndexOf(End, StringComparison.Ordinal);
        var written = Table();
        if (Environment.GetEnvironmentVariable("UPDATE_SURFACE") == "1")
        {
            await File.WriteAllTextAsync(path, readme[..start] + written + readme[end..]);
            return;
        }

        readme[start..end].Should().Be(written);
    }

    private static string Table()
    {
        var text = new StringBuilder("\n| Assembly | Left out | What, and why |\n|---|---|---|\n");
        foreach (var assembly in Assemblies)
        {
            var missing = Missing(assembly);
            var what = missing.GroupBy(LeftOut.Reason, LeftOut.Name).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => $"{group.Key}: {string.Join(", ", group.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => $"`{name}`"))}");
            text.Append($"| `{assembly}` | {missing.Count} of {Official(assembly).Count} | {string.Join("; ", what)} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static IReadOnlyList<string> Missing(string assembly) => [.. Official(assembly).Except(Ours(assembly), StringComparer.Ordinal)];

    private static IReadOnlyList<string> Ours(string assembly) => SurfacePrinter.Print(Assembly.Load(assembly));

    private static IReadOnlyList<string> Official(string assembly) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", $"{assembly}.txt"));
}
