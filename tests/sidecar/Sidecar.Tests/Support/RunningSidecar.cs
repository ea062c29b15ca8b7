using System.Text;
using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Support;

/// <summary>A <see cref="TestSidecar"/> with requests and answers in one line.</summary>
internal sealed class RunningSidecar : IAsyncDisposable
{
    private readonly TestSidecar _sidecar;

    private RunningSidecar(TestSidecar sidecar)
    {
        _sidecar = sidecar;
    }

    /// <summary>Where its HTTP API listens.</summary>
    public Uri HttpAddress => new($"http://127.0.0.1:{_sidecar.Runtime.HttpPort}");

    /// <summary>Where its gRPC API listens.</summary>
    public Uri GrpcAddress => new($"http://127.0.0.1:{_sidecar.Runtime.GrpcPort}");

    public static Task<RunningSidecar> StartAsync(RunScope run, string appId, int? appPort, params string[] resources) =>
        StartAsync(new SidecarOptions { AppId = appId, AppPort = appPort, Run = run }, resources);

    public static async Task<RunningSidecar> StartAsync(SidecarOptions options, params string[] resources) =>
        new(await TestSidecar.StartAsync(own => options with { HttpPort = 0, GrpcPort = 0, ResourcesPaths = own.ResourcesPaths }, resources, waitUntilReady: options.AppPort is not null));

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

        var response = await _sidecar.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public Task StopAsync() => _sidecar.Runtime.StopAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => _sidecar.DisposeAsync();
}
