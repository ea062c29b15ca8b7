namespace Components.Tests;

public sealed class KnownKeysTests
{
    [Fact]
    public void RunFile_EveryKey_IsOneOfTheDaprCli()
    {
        Unknown(Repository.RunFile, DaprKeys.RunFile).Should().BeEmpty();
    }

    [Fact]
    public void Resources_EveryKey_IsOneOfItsKind()
    {
        Repository.Resources.SelectMany(file => Unknown(file, DaprKeys.Resources[file.Kind])).Should().BeEmpty();
    }

    [Fact]
    public void Components_EveryMetadataField_IsOneOfItsType()
    {
        foreach (var file in Repository.OfKind("Component"))
        {
            var type = $"{file.Value("spec.type")}/{file.Value("spec.version")}";
            DaprKeys.Metadata.Keys.Should().Contain(type, "{0} has a type of the list", file);
            file.Leaves.Where(leaf => leaf.Path == "spec.metadata[].name").Select(leaf => leaf.Value).Should().BeSubsetOf(DaprKeys.Metadata[type], "{0}", file);
        }
    }

    [Fact]
    public void Resources_ApiVersion_IsTheOneOfTheirKind()
    {
        foreach (var file in Repository.Resources)
        {
            file.Value("apiVersion").Should().Be(file.Kind == "Subscription" ? "dapr.io/v2alpha1" : "dapr.io/v1alpha1", "{0}", file);
        }
    }

    [Theory]
    [InlineData("spec.targets.apps.users.timeout", true)]
    [InlineData("spec.targets.apps.users.timeouts", false)]
    [InlineData("spec.targets.users.timeout", false)]
    public void Knows_Path_MatchesWholePatterns(string path, bool expected)
    {
        DaprKeys.Knows(DaprKeys.Resources["Resiliency"], path).Should().Be(expected);
    }

    private static IEnumerable<string> Unknown(YamlFile file, IReadOnlyList<string> known) =>
        file.Leaves.Where(leaf => !DaprKeys.Knows(known, leaf.Path)).Select(leaf => $"{file}: {leaf.Path}");
}
