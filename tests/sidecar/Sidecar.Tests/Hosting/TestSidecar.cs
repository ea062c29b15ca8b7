using System.Net.Sockets;
using System.Text;
using Sidecar.Components;

namespace Sidecar.Tests.Hosting;

/// <summary>A sidecar inside the test, with resources from texts and clients for its API.</summary>
internal sealed class TestSidecar : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sidecar-tests-");

    private TestSidecar(Func<SidecarOptions, SidecarOptions> configure, IEnumerable<string> resources, string? configuration)
    {
        var number = 0;
        foreach (var resource in resources)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, $"{number++:D2}.yaml"), resource.Replace("{{dir}}", _folder.FullName, StringComparison.Ordinal));
        }

        var options = new SidecarOptions { AppId = "app", HttpPort = 0, GrpcPort = 0, ResourcesPaths = [_folder.FullName], GracefulShutdown = TimeSpan.FromSeconds(2) };
        if (configuration is not null)
        {
            var settings = Directory.CreateDirectory(Path.Combine(_folder.FullName, "settings"));
            options = options with { ConfigurationPath = Path.Combine(settings.FullName, "configuration.yaml") };
            File.WriteAllText(options.ConfigurationPath, configuration);
        }

        Runtime = new SidecarRuntime(configure(options));
        Client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    }

    public SidecarRuntime Runtime { get; }

    public HttpClient Client { get; }

    public string Folder => _folder.FullName;

    public static TestSidecar Create(Func<SidecarOptions, SidecarOptions> configure, IEnumerable<string>? resources = null, string? configuration = null) => new(configure, resources ?? [], configuration);

    public static async Task<TestSidecar> StartAsync(Func<SidecarOptions, SidecarOptions> configure, IEnumerable<string>? resources = null, string? configuration = null, bool waitUntilReady = true)
    {
        var sidecar = new TestSidecar(configure, resources ?? [], configuration);
        await sidecar.StartAsync(waitUntilReady);
        return sidecar;
    }

    /// <summary>A sidecar in a run, with an app.</summary>
    public static Task<TestSidecar> StartAsync(RunScope run, string appId, FakeApp? app, IEnumerable<string>? resources = null) =>
        StartAsync(options => options with { AppId = appId, Run = run, AppPort = app?.Port }, resources);

    /// <summary>Starts what <see cref="Create"/> made.</summary>
    public async Task StartAsync(bool waitUntilReady = true)
    {
        await Runtime.StartAsync(CancellationToken.None);
        Client.BaseAddress = new Uri($"http://127.0.0.1:{Runtime.HttpPort}/");
        if (waitUntilReady)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await Runtime.WaitUntilReadyAsync(limit.Token);
        }
    }

    /// <summary>Sends a request whose target is exactly the text, with one more header line if there is one; returns the whole answer.</summary>
    public async Task<string> SendRawAsync(string method, string target, string header = "")
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Runtime.HttpPort);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}{(header.Length > 0 ? "\r\n" : "")}\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Runtime.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
