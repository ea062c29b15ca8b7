namespace Components.Tests;

public sealed class RunFileRulesTests
{
    private static readonly (string App, int Port, int Http, int Grpc)[] Expected =
    [
        ("users", 5101, 3501, 50101), ("products", 5102, 3502, 50102), ("orders", 5103, 3503, 50103),
        ("payments", 5104, 3504, 50104), ("payment-processor", 5105, 3505, 50105), ("gateway", 8080, 3500, 50001),
    ];

    [Fact]
    public void Apps_IdsAndPorts_AreTheDocumentedOnes()
    {
        Repository.AppIds.Should().Equal(Expected.Select(app => app.App));
        Values("appPort").Should().Equal(Expected.Select(app => $"{app.Port}"));
        Values("daprHTTPPort").Should().Equal(Expected.Select(app => $"{app.Http}"));
        Values("daprGRPCPort").Should().Equal(Expected.Select(app => $"{app.Grpc}"));
    }

    [Fact]
    public void Apps_Folders_ExistAndTheirCommandsNameTheirProject()
    {
        var folders = Values("appDirPath").ToList();
        var programs = Values("command[]").Where(word => word.EndsWith(".dll")).ToList();

        folders.Should().HaveCount(Expected.Length).And.OnlyContain(folder => Directory.Exists(Path.Combine(TestServers.RepositoryRoot, folder)));
        foreach (var (folder, program) in folders.Zip(programs))
        {
            var full = Path.GetFullPath(program, Path.Combine(TestServers.RepositoryRoot, folder));
            var assembly = Path.GetFileNameWithoutExtension(full);
            full.Should().Be(Path.Combine(TestServers.RepositoryRoot, "artifacts", "bin", assembly, "release", assembly + ".dll"));
            File.Exists(Path.Combine(TestServers.RepositoryRoot, folder, assembly + ".csproj")).Should().BeTrue("{0} is the project in {1}", assembly, folder);
        }
    }

    [Fact]
    public void Common_Paths_ExistAndHealthIsProbed()
    {
        var file = Repository.RunFile;

        file.Value("version").Should().Be("1");
        file.Leaves.Where(leaf => leaf.Path is "common.resourcesPaths[]" or "common.configFilePath").Should().HaveCount(2)
            .And.OnlyContain(leaf => Path.Exists(Path.Combine(TestServers.RepositoryRoot, leaf.Value)));
        file.Value("common.enableAppHealthCheck").Should().Be("true");
        int.Parse(file.Value("common.appHealthProbeTimeout")).Should().BeLessThan(int.Parse(file.Value("common.appHealthProbeInterval")) * 1000, "daprd refuses it otherwise");
    }

    [Fact]
    public void Environment_Values_HoldNoConnectionDetails()
    {
        Repository.RunFile.KeysAt("common.env").Should().NotContain(name => name.Contains("TOKEN") || name.Contains("PASSWORD") || name.Contains("ConnectionStrings"));
    }

    private static IEnumerable<string> Values(string key) => Repository.RunFile.Leaves.Where(leaf => leaf.Path == $"apps[].{key}").Select(leaf => leaf.Value);
}
