using System.Reflection;
using Xunit.Abstractions;

namespace Surface.Tests;

/// <summary>
/// Our assemblies against the surface of the official packages 1.18.5 (data/): what we have must be there letter by letter, and what is
/// left out is counted, so that it neither grows unseen nor shrinks without the README being told.
/// </summary>
public sealed class SurfaceTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("Dapr.Common")]
    [InlineData("Dapr.Client")]
    [InlineData("Dapr.AspNetCore")]
    [InlineData("Dapr.Workflow.Abstractions")]
    [InlineData("Dapr.Workflow")]
    [InlineData("Dapr.Actors")]
    [InlineData("Dapr.Actors.AspNetCore")]
    public void Surface_OfOurAssembly_HasNothingTheOfficialLacks(string assembly)
    {
        Ours(assembly).Except(Official(assembly), StringComparer.Ordinal).Should().BeEmpty();
    }

    [Theory]
    [InlineData("Dapr.Common", 99)]
    [InlineData("Dapr.Client", 59)]
    [InlineData("Dapr.AspNetCore", 0)]
    [InlineData("Dapr.Workflow.Abstractions", 2)]
    [InlineData("Dapr.Workflow", 0)]
    [InlineData("Dapr.Actors", 0)]
    [InlineData("Dapr.Actors.AspNetCore", 0)]
    public void Surface_OfOurAssembly_LeavesOutWhatTheReadmeSays(string assembly, int expected)
    {
        var missing = Official(assembly).Except(Ours(assembly), StringComparer.Ordinal).ToList();
        output.WriteLine($"{assembly}: {missing.Count} of {Official(assembly).Count} lines left out{Environment.NewLine}{string.Join(Environment.NewLine, missing)}");
        missing.Should().HaveCount(expected);
    }

    private static IReadOnlyList<string> Ours(string assembly) => SurfacePrinter.Print(Assembly.Load(assembly));

    private static IReadOnlyList<string> Official(string assembly) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", $"{assembly}.txt"));
}
