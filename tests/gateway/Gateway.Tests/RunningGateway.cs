using System.Net.Http.Headers;
using ServiceDefaults;
using ServiceTesting;

namespace Gateway.Tests;

/// <summary>The gateway as it really runs, with a fake sidecar behind it.</summary>
public sealed class RunningGateway : IAsyncDisposable
{
    private readonly InProcessService _service;

    private RunningGateway(InProcessService service, FakeSidecar sidecar, TestTokens tokens, int port)
    {
        _service = service;
        Sidecar = sidecar;
        Tokens = tokens;
        Port = port;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>What the gateway talks to.</summary>
    public FakeSidecar Sidecar { get; }

    /// <summary>Mints tokens.</summary>
    public TestTokens Tokens { get; }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>A client without credentials.</summary>
    public HttpClient Client { get; }

    /// <summary>Starts one.</summary>
    public static async Task<RunningGateway> StartAsync(params (string Name, string Value)[] settings)
    {
        var sidecar = await FakeSidecar.StartAsync();
        var tokens = new TestTokens();
        sidecar.ServeKeys(tokens);
        var port = FreePort.Next();
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["APP_PORT"] = $"{port}",
            ["DAPR_HTTP_PORT"] = $"{sidecar.Port}",
            ["APP_API_TOKEN"] = "test-app-token",
            ["environment"] = "Development",
            ["Demo:Seed"] = "true",
            ["RateLimit:Anonymous:PerMinute"] = "100000",
            ["RateLimit:Anonymous:Burst"] = "100000",
            ["Logging:LogLevel:Default"] = "Error",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return new RunningGateway(await InProcessService.StartAsync(typeof(Program).Assembly, all), sidecar, tokens, port);
    }

    /// <summary>Sends a request, as a user when a role is given.</summary>
    public async Task<HttpResponseMessage> SendAsync(string method, string path, string? role = null, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        if (role is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.Mint(Guid.NewGuid(), [role]));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The code of an error answer.</summary>
    public static async Task<string?> CodeAsync(HttpResponseMessage response)
    {
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        return System.Text.Json.JsonSerializer.Deserialize<Problem>(await response.Content.ReadAsStringAsync(), ServiceJson.Tolerant)!.Code;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        Client.Dispose();
        Tokens.Dispose();
        await Sidecar.DisposeAsync();
    }
}
