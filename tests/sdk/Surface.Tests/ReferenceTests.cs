using System.Diagnostics;

namespace Surface.Tests;

/// <summary>The SDK switch: with -p:DaprSdk=nuget no project refers to sdk/ any more.</summary>
public sealed class ReferenceTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ProjectReferences_InNugetMode_LeaveSdkOut()
    {
        var references = await ReferencesAsync("nuget");

        references.Should().NotBeEmpty();
        references.Where(IsToSdk).Should().BeEmpty();
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ProjectReferences_InProjectMode_NameSdk()
    {
        var references = await ReferencesAsync("project");

        references.Should().Contain(line => IsToSdk(line) && line.Contains("Orders.csproj", StringComparison.Ordinal));
    }

    private static bool IsToSdk(string line) => line.Split(" -> ")[1].Replace('\\', '/').Contains("/sdk/Dapr.", StringComparison.Ordinal);

    /// <summary>"project -> referenced project" for all projects of the solution, evaluated in one process.</summary>
    private static async Task<IReadOnlyList<string>> ReferencesAsync(string mode)
    {
        var folder = Directory.CreateTempSubdirectory("references");
        try
        {
            await WriteAsync(folder.FullName);
            var start = new ProcessStartInfo("dotnet")
            {
                ArgumentList = { "msbuild", Path.Combine(folder.FullName, "all.proj"), "-nologo", "-v:m", "-nodeReuse:false", $"-p:DaprSdk={mode}" },
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder.FullName,
            };
            foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            {
                start.Environment.Remove(name);
            }

            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var text = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            process.ExitCode.Should().Be(0, "msbuild said: {0} {1}", text, await errors);
            return [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Contains(" -> ", StringComparison.Ordinal))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task WriteAsync(string folder)
    {
        var projects = File.ReadAllLines(Path.Combine(TestServers.RepositoryRoot, "Platform.sln"))
            .Where(line => line.StartsWith("Project(", StringComparison.Ordinal) && line.Contains(".csproj", StringComparison.Ordinal))
            .Select(line => Path.Combine(TestServers.RepositoryRoot, line.Split('"')[5].Replace('\\', '/')));
        var targets = Path.Combine(folder, "list.targets");
        await File.WriteAllTextAsync(targets, """
            <Project>
              <Target Name="ListReferences">
                <Message Importance="high" Text="$(MSBuildProjectFile) -> %(ProjectReference.FullPath)" Condition="'@(ProjectReference)' != ''" />
              </Target>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "all.proj"), $"""
            <Project>
              <ItemGroup>
                {string.Join(Environment.NewLine, projects.Select(project => $"<All Include=\"{project}\" />"))}
              </ItemGroup>
              <Target Name="Build">
                <MSBuild Projects="@(All)" Targets="ListReferences" Properties="CustomAfterMicrosoftCommonTargets={targets}" />
              </Target>
            </Project>
            """);
    }
}
