using EndToEnd.Engines;
using EndToEnd.Shop;
using EndToEnd.Telemetry;

namespace EndToEnd;

/// <summary>The one platform of the suite: started once, shared by all tests, which leave it running as they found it.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private PlatformSetup? _setup;

    /// <summary>How long a saga waits before it gives up and compensates; short, so that a test can see it.</summary>
    public static readonly TimeSpan SagaDeadline = TimeSpan.FromSeconds(20);

    /// <summary>The engine under the platform.</summary>
    public IPlatformEngine Engine { get; private set; } = null!;

    /// <summary>The spans the sidecars sent.</summary>
    internal ZipkinCollector Spans { get; } = new();

    /// <summary>Connection details by name, as build/Setup wrote them.</summary>
    public IReadOnlyDictionary<string, string> Environment => _setup?.Environment ?? throw new InvalidOperationException("The platform is somebody else's.");

    /// <summary>The database server, as its administrating role.</summary>
    public Uri Postgres => _setup?.Postgres ?? throw new InvalidOperationException("The platform is somebody else's.");

    /// <summary>The folder of this run.</summary>
    public string RunFolder => _setup?.Folder ?? throw new InvalidOperationException("The platform is somebody else's.");

    /// <summary>A client of the gateway; sign in with <see cref="ShopClient.RegisterAsync"/>.</summary>
    public ShopClient Client() => new(Engine.Gateway);

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        await Spans.StartAsync();
        if (ExistingPlatform.Address is { } address)
        {
            Engine = new ExistingPlatform(address);
        }
        else
        {
            _setup = await PlatformSetup.CreateAsync("e2e");
            var file = RunFile.Create(TestServers.RepositoryRoot, _setup.Folder, Spans.Endpoint, TestEnvironment());
            Engine = System.Environment.GetEnvironmentVariable("ENGINE") switch
            {
                null or "" or "embedded" => new EmbeddedEngine(file, _setup),
                "dapr" => new DaprCliEngine(file, _setup),
                var other => throw new InvalidOperationException($"ENGINE is '{other}'; accepted: embedded, dapr."),
            };
        }

        await Engine.StartAsync();
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Spans.DisposeAsync();
        if (_setup is not null)
        {
            await _setup.DisposeAsync();
        }
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> TestEnvironment() => new(StringComparer.Ordinal)
    {
        ["orders"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["Saga__Deadline"] = SagaDeadline.ToString() },
    };
}
