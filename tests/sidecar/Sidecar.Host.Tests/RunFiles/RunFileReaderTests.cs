using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Tests.RunFiles;

public sealed class RunFileReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RunFileReaderTests()
    {
        _folder.Folder("a");
        _folder.Folder("b/local");
        _folder.Folder("components");
        _folder.Write("config.yaml", "");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_CommonAndApp_AppWinsAndPathsAreAbsolute()
    {
        var result = Read("""
            version: 1
            name: shop
            common:
              resourcesPaths: [./components]
              configFilePath: ./config.yaml
              logLevel: debug
              appMaxConcurrency: 5
              env: { A: common, B: common }
            apps:
              - appDirPath: ./a
                appPort: 5000
                daprHTTPPort: 3500
                command: ["dotnet", "a.dll"]
                env: { B: own }
              - appID: second
                appDirPath: ./b
                resourcesPaths: [local]
                logLevel: error
            """);

        result.Problems.Should().BeEmpty();
        var (first, second) = (result.File!.Apps[0], result.File.Apps[1]);
        first.AppId.Should().Be("a", "the folder's name is the id when the file gives none");
        first.Directory.Should().Be(Path.Combine(_folder.Path, "a"));
        first.ResourcesPaths.Should().Equal(Path.Combine(_folder.Path, "components"));
        first.ConfigFile.Should().Be(Path.Combine(_folder.Path, "config.yaml"));
        first.Environment.Should().BeEquivalentTo(new Dictionary<string, string> { ["A"] = "common", ["B"] = "own" });
        first.Command.Should().Equal("dotnet", "a.dll");
        first.LogLevel.Should().Be(Microsoft.Extensions.Logging.LogLevel.Debug);
        second.ResourcesPaths.Should().Equal([Path.Combine(_folder.Path, "b", "local")], "paths of an app are relative to its folder");
        second.LogLevel.Should().Be(Microsoft.Extensions.Logging.LogLevel.Error);
        second.AppMaxConcurrency.Should().Be(5);
    }

    [Fact]
    public void Read_Instances_EachHasAPlaceAndPortsOfItsOwn()
    {
        var result = Read("""
            version: 1
            apps:
              - appDirPath: ./a
                appPort: 5000
                daprHTTPPort: 3500
                x-platform: { instances: 3 }
              - appDirPath: ./b
                x-platform: {}
            """);

        result.Problems.Should().BeEmpty();
        result.File!.Apps.Select(app => (app.Name, app.AppPort, app.HttpPort)).Should().Equal(("a", 5000, 3500), ("a.2", AppDefinition.AnyPort, 0), ("a.3", AppDefinition.AnyPort, 0), ("b", 0, 0));
        var run = Sidecar.Host.Runs.Ports.Assign(result.File);
        run.Apps.SelectMany(RunFileReader.Ports).Select(port => port.Value).Should().HaveCount(15).And.OnlyHaveUniqueItems();
        run.Apps[0].Should().BeEquivalentTo(new { AppPort = 5000, HttpPort = 3500 });
    }

    [Theory]
    [InlineData("{ instances: 0x }", "apps[0].x-platform.instances: '0x' is not a number from 1 to 20")]
    [InlineData("{ instances: 21 }", "apps[0].x-platform.instances: '21' is not a number from 1 to 20")]
    [InlineData("{ instnces: 2 }", "apps[0].x-platform.instnces")]
    [InlineData("two", "apps[0].x-platform: is not a mapping")]
    public void Read_ExtensionThatIsNotUnderstood_IsRefused(string extension, string expected)
    {
        var result = Read($$"""
            version: 1
            apps:
              - appDirPath: ./a
                x-platform: {{extension}}
            """);

        result.File.Should().BeNull();
        result.Problems.Select(problem => problem.ToString()).Should().ContainSingle(problem => problem.Contains(expected));
    }

    [Fact]
    public void Read_AppHasLocalDaprFolder_ItComesBeforeCommon()
    {
        _folder.Folder("a/.dapr/resources");
        _folder.Write("a/.dapr/config.yaml", "");

        var app = Read("""
            version: 1
            common: { resourcesPaths: [components], configFilePath: config.yaml }
            apps: [{ appDirPath: a }]
            """).File!.Apps[0];

        app.ResourcesPaths.Should().Equal(Path.Combine(_folder.Path, "a", ".dapr", "resources"));
        app.ConfigFile.Should().Be(Path.Combine(_folder.Path, "a", ".dapr", "config.yaml"));
    }

    [Fact]
    public void Read_FaultsOfTheExtension_AreTakenAndChecked()
    {
        var right = Read("""
            version: 1
            apps: [{ appDirPath: a }]
            x-platform:
              faults:
                - { app: a, route: /pay/*, latency: 200ms, percent: 10 }
                - { name: twice, topic: orders, duplicate: true }
            """);
        right.Problems.Should().BeEmpty();
        right.File!.Faults.Select(fault => fault.Name).Should().Equal("fault-1", "twice");

        var wrong = Read("""
            version: 1
            apps: [{ appDirPath: a }]
            x-platform:
              colour: red
              faults:
                - { app: a, drop: all }
                - { topic: [a], error: 503 }
            """);
        wrong.Problems.Select(problem => problem.Place).Should().Equal("dapr.yaml:4: x-platform.colour", "dapr.yaml:6: x-platform.faults[0].drop", "dapr.yaml:7: x-platform.faults[1].topic");
    }

    [Theory]
    [InlineData("? { a: b }\n: c")]
    [InlineData("a: !<")]
    [InlineData("version: 1\n? x")]
    public void Read_YamlThatNobodyWrites_IsRefusedInWords(string yaml) => Read(yaml).Problems.Should().NotBeEmpty();

    [Fact]
    public void Read_YamlWithoutBottom_IsRefused() =>
        Read("apps: " + new string('[', 20_000)).Problems.Should().ContainSingle().Which.What.Should().Contain("nests deeper than 100 levels");

    [Fact]
    public void Read_ManyMistakes_AllAreReportedWithPlaceAndRemedy()
    {
        var result = Read("""
            common:
              appProtocol: grpcs
              colour: red
            apps:
              - appID: one
                appPort: 5000
              - appID: two
                appDirPath: nowhere
                appPort: many
                daprHTTPPort: 70000
                logLevel: loud
                command: dotnet two.dll
                unixDomainSocket: /tmp
            """);

        result.File.Should().BeNull();
        var problems = result.Problems.Select(problem => problem.ToString()).ToList();
        problems.Should().ContainSingle(text => text.StartsWith("dapr.yaml:1: version: is missing"));
        problems.Should().ContainSingle(text => text.StartsWith("dapr.yaml:3: common.colour: is not a key"));
        problems.Should().ContainSingle(text => text.StartsWith("dapr.yaml:2: common.appProtocol: 'grpcs' is not supported"));
        problems.Should().ContainSingle(text => text.StartsWith("dapr.yaml:5: apps[0].appDirPath: is missing"));
        problems.Should().ContainSingle(text => text.StartsWith("dapr.yaml:8: apps[1].appDirPath:") && text.Contains("does not exist"));
        problems.Should().ContainSingle(text => text.StartsWith("dapr.yaml:9: apps[1].appPort: 'many'"));
        problems.Should().ContainSingle(text => text.StartsWith("dapr.yaml:10: apps[1].daprHTTPPort:"));
        problems.Should().ContainSingle(text => text.StartsWith("dapr.yaml:11: apps[1].logLevel: 'loud'"));
        problems.Should().ContainSingle(text => text.StartsWith("dapr.yaml:12: apps[1].command:"));
        problems.Should().ContainSingle(text => text.StartsWith("dapr.yaml:13: apps[1].unixDomainSocket:"));
        result.Problems.Should().OnlyContain(problem => problem.Remedy.Length > 0);
    }

    [Fact]
    public void Read_TwoAppsShareIdAndPort_Refused()
    {
        var result = Read("""
            version: 1
            apps:
              - { appID: x, appDirPath: a, appPort: 5000 }
              - { appID: x, appDirPath: b, daprHTTPPort: 5000 }
            """);

        result.Problems.Should().Contain(problem => problem.What.Contains("'x' is used by 2 apps"));
        result.Problems.Should().Contain(problem => problem.What.Contains("port 5000 is given to appPort of x and daprHTTPPort of x"));
    }

    [Fact]
    public void Read_KeyWithoutMeaningHere_OneNotice()
    {
        var result = Read("""
            version: 1
            common: { placementHostAddress: "localhost:50005" }
            apps: [{ appDirPath: a }, { appDirPath: b }]
            """);

        result.File.Should().NotBeNull();
        result.Notices.Should().ContainSingle().Which.Should().Contain("placementHostAddress");
    }

    [Fact]
    public void Read_ProbeTimeoutNotShorterThanInterval_Refused()
    {
        Read("""
            version: 1
            common: { enableAppHealthCheck: true, appHealthProbeInterval: 1, appHealthProbeTimeout: 1000 }
            apps: [{ appDirPath: a }]
            """).Problems.Should().ContainSingle(problem => problem.Place.Contains("appHealthProbeTimeout"));
    }

    [Theory]
    [InlineData("version: [", "is not YAML")]
    [InlineData("", "holds no mapping")]
    [InlineData("version: 1", "has no apps")]
    public void Read_NoRunFile_SaysSo(string text, string expected)
    {
        Read(text).Problems.Should().ContainSingle(problem => problem.What.Contains(expected));
    }

    [Fact]
    public void Read_MissingFile_SaysSo()
    {
        RunFileReader.Read(Path.Combine(_folder.Path, "other.yaml")).Problems.Should().ContainSingle(problem => problem.What == "there is no such file");
    }

    private RunFileResult Read(string text)
    {
        _folder.Write("dapr.yaml", text);
        return RunFileReader.Read(_folder.Path);
    }
}
