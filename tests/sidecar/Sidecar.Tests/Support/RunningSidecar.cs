using System.Text;
using Sidecar.Components;

namespace Sidecar.Tests.Support;

/// <summary>A sidecar with resources given as texts.</summary>
internal sealed class RunningSidecar : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sidecar-");
    private SidecarRuntime _runtime = null!;
    private HttpClient _client = null!;

    /// <summary>Where its HTTP API listens.</summary>
    public Uri HttpAddress => new($"http://127.0.0.1:{_runtime.HttpPort}");

    /// <summary>Where its gRPC API listens.</summary>
    public Uri GrpcAddress => new($"http://127.0.0.1:{_runtime.GrpcPort}");

    public static Task<RunningSidecar> StartAsync(RunScope run, string appId, int? appPort, params string[] resources) =>
        StartAsync(new SidecarOptions { AppId = appId, AppPort = appPort, Run = run }, resources);

    public static async Task<RunningSidecar> StartAsync(SidecarOptions options, params string[] resources)
    {
        var sidecar = new RunningSidecar();
        for (var i = 0; i < resources.Length; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(sidecar._folder.FullName, $"{i}.yaml"), resources[i]);
        }

        sidecar._runtime = new SidecarRuntime(options with { HttpPort = 0, GrpcPort = 0, ResourcesPaths = [sidecar._folder.FullName] });
        await sidecar._runtime.StartAsync(CancellationToken.None);
        sidecar._client = new HttpClient { BaseAddress = sidecar.HttpAddress };
        if (options.AppPort is not null)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await sidecar._runtime.WaitUntilReadyAsync(limit.Token);
        }

        return sidecar;
    }

    public static string Component(string name, string type, params (string Name, string Value)[] metadata) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: {{name}}
        spec:
          type: {{type}}
          version: v1
          metadata: [{{string.Join(", ", metadata.Select(field => $"{{name: {field.Name}, value: \"{field.Value}\"}}"))}}]
        """;

    public async Task<(int Status, string Body, HttpResponseMessage Response)> SendAsync(string method, string path, string? body = null, string contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await _client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public Task StopAsync() => _runtime.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _runtime.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
