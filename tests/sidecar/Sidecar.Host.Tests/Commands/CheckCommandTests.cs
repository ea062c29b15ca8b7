using Sidecar.Host.Commands;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Tests.Commands;

public sealed class CheckCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingConsole _console = new();

    public CheckCommandTests()
    {
        _folder.Folder("app");
        _folder.Write("dapr.yaml", """
            version: 1
            common: { resourcesPaths: [components] }
            apps: [{ appDirPath: app, command: ["sh", "-c", "true"] }]
            """);
        _folder.Write("components/secrets.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: secrets }
            spec: { type: secretstores.local.env, version: v1, metadata: [] }
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_GoodFiles_Passes()
    {
        (await CheckAsync()).Should().Be(0);
        _console.Text.Should().Contain("1 apps, no problems");
    }

    [Fact]
    public async Task Check_BrokenResources_NamesFileAndFieldOfAll()
    {
        _folder.Write("components/a.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: a }
            spec: { type: state.unknown, version: v1, metadata: [] }
            """);
        _folder.Write("components/b.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: b }
            spec:
              type: secretstores.local.env
              version: v1
              metadata: [{ name: prefix, secretKeyRef: { name: NOT_THERE, key: NOT_THERE } }]
            auth: { secretStore: secrets }
            """);

        (await CheckAsync()).Should().Be(1);

        _console.Text.Should().Contain("a.yaml").And.Contain("state.unknown").And.Contain("NOT_THERE");
    }

    [Fact]
    public async Task Check_CommandOfAProgramThatIsNotBuilt_SaysWhatToDo()
    {
        _folder.Write("dapr.yaml", """
            version: 1
            apps: [{ appDirPath: app, command: ["dotnet", "missing.dll"] }]
            """);

        (await CheckAsync()).Should().Be(1);

        _console.Text.Should().Contain("missing.dll does not exist; build the services first");
    }

    [Fact]
    public async Task Check_UnknownExternalApp_NamesTheKnownOnes()
    {
        (await CheckAsync("--external", "other")).Should().Be(1);

        _console.Text.Should().Contain("there is no app 'other'; the apps of dapr.yaml: app");
    }

    [Fact]
    public async Task Check_RunFileOfTheRepository_HasNoProblemButProgramsThatAreNotBuilt()
    {
        var secrets = new Dictionary<string, string> { ["REDIS_HOST"] = "127.0.0.1:1", ["REDIS_PASSWORD"] = "x", ["STATE_POSTGRES"] = "host=127.0.0.1 dbname=dapr user=x" };
        var options = new RunOptions { File = Path.Combine(TestServers.RepositoryRoot, "dapr.yaml") };

        var result = await RunValidation.CheckAsync(options, new HostContext(_console, secrets, TimeProvider.System, new EmbeddedSidecars(TimeProvider.System)), ports: false, CancellationToken.None);

        result.Problems.Where(problem => !problem.Place.EndsWith(".command")).Should().BeEmpty();
        result.Notices.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0, "help")]
    [InlineData(2)]
    [InlineData(2, "fly")]
    [InlineData(2, "run", "--colour")]
    [InlineData(2, "logs")]
    public async Task Execute_CommandLine_HasItsExitCode(int expected, params string[] words)
    {
        using var signals = new StopSignals();

        (await CommandTable.ExecuteAsync(words, Context(), signals)).Should().Be(expected);
    }

    private async Task<int> CheckAsync(params string[] options)
    {
        using var signals = new StopSignals();
        return await CommandTable.ExecuteAsync(["check", "-f", _folder.Path, .. options], Context(), signals);
    }

    private HostContext Context() =>
        new(_console, new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! }, TimeProvider.System, new EmbeddedSidecars(TimeProvider.System));
}
