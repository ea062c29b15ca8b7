using System.Text.RegularExpressions;

namespace Setup.Tests.Documentation;

/// <summary>What README and docs name is there: commands, files, tests. What commands do is shown by the suites that run them.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Root = TestServers.RepositoryRoot;

    private static readonly string[] Files = [.. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Root, "README.md")).Select(path => Path.GetRelativePath(Root, path))];

    public static TheoryData<string> Pages => [.. Files];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfAPage_LeadToFiles(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, page))!;

        Link().Matches(Read(page)).Select(link => link.Groups["target"].Value).Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'))
            .Where(target => !Path.Exists(Path.Combine(folder, target.Split('#')[0])))
            .Should().BeEmpty("{0} links to them", page);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_OfAPage_AreTargetsOfTheMakefile(string page)
    {
        var targets = Targets();

        Code(page).SelectMany(code => Make().Matches(code)).Select(command => command.Groups["target"].Value).Where(target => !targets.Contains(target)).Should().BeEmpty("{0} gives them as commands", page);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Paths_InCodeOfAPage_Exist(string page) =>
        Code(page).SelectMany(code => RepositoryPath().Matches(code)).Select(path => path.Value.TrimEnd('/', '.'))
            .Where(path => !Path.Exists(Path.Combine(Root, path)))
            .Should().BeEmpty("{0} names them", page);

    [Fact]
    public void Targets_OfTheMakefile_AreInReadmeOrDocs()
    {
        var named = Files.SelectMany(Code).SelectMany(code => Make().Matches(code)).Select(command => command.Groups["target"].Value).ToHashSet(StringComparer.Ordinal);

        Targets().Should().OnlyContain(target => named.Contains(target));
    }

    [Fact]
    public void Decisions_AllOfThem_AreInTheIndex()
    {
        var index = Read("docs/decisions/README.md");

        Directory.GetFiles(Path.Combine(Root, "docs", "decisions"), "0*.md").Select(Path.GetFileName).Should().NotBeEmpty().And.OnlyContain(name => index.Contains($"({name})", StringComparison.Ordinal));
    }

    [Fact]
    public void Tests_NamedByTheCompatibilityPage_Exist()
    {
        var sources = Directory.GetFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText).ToList();
        var named = TestName().Matches(Read("docs/compatibility.md")).Select(name => (Class: name.Groups["class"].Value, Member: name.Groups["member"].Value)).ToList();

        named.Should().NotBeEmpty().And.OnlyContain(test => sources.Any(source => source.Contains($"class {test.Class}", StringComparison.Ordinal) && (test.Member.Length == 0 || source.Contains($" {test.Member}(", StringComparison.Ordinal))));
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(Root, page));

    private static HashSet<string> Targets() => [.. Target().Matches(Read("Makefile")).Select(target => target.Groups["target"].Value)];

    private static IEnumerable<string> Code(string page) => CodeSpan().Matches(Read(page)).Select(code => code.Value);

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"(?s)```.*?```|`[^`\n]+`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\bmake (?<target>[a-z][a-z0-9-]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Make();

    [GeneratedRegex(@"(?m)^(?<target>[a-z][a-z0-9-]*):.*## ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Target();

    // In a path with more than its folder, so that `services/` alone and prose do not count; patterns end before their star.
    [GeneratedRegex(@"(?<![\w./:-])(tests|build|docs|components|services|sidecar|sdk|gateway|workflows)/[\w./-]*\w", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"`(?<class>\w+(Tests|Contract))(\.(?<member>\w+))?`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestName();
}
