using Sidecar.Components;

namespace Sidecar.Tests.Components;

public sealed class ResourceValidationTests
{
    [Fact]
    public void Read_ComponentsOfTheRepository_HaveNoUnknownKey()
    {
        var problems = new List<ResourceProblem>();

        foreach (var document in ResourceFiles.Read([Path.Combine(TestServers.RepositoryRoot, "components")], problems))
        {
            ResourceSchemas.Of(document.Kind, document.ApiVersion)!.Validate(document.Root, document.File, "", problems);
        }

        problems.Where(problem => problem.IsError).Should().BeEmpty();
    }
}
