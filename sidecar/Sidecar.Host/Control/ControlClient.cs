using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Sidecar.Host.Control;

/// <summary>Talks to the host of a run folder.</summary>
internal sealed class ControlClient : IDisposable
{
    private readonly HttpClient _client;

    private ControlClient(HostFile host)
    {
        Host = host;
        _client = new HttpClient { BaseAddress = host.ControlUrl, Timeout = TimeSpan.FromMinutes(10) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Token);
    }

    /// <summary>What the host says about itself.</summary>
    public HostFile Host { get; }

    /// <summary>A client of the host that runs there, or null when none runs.</summary>
    public static ControlClient? Find(string runDirectory) =>
        HostFile.Read(runDirectory) is { } host && Runs.RunLock.IsHeld(runDirectory) ? new ControlClient(host) : null;

    /// <summary>The state of the run.</summary>
    public async Task<RunStatus> StatusAsync(CancellationToken cancellationToken) =>
        await _client.GetFromJsonAsync<RunStatus>("status", cancellationToken) ?? throw new HttpRequestException("The host answered nothing.");

    /// <summary>Posts a command; returns the host's refusal, or null.</summary>
    public Task<string?> PostAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, null, cancellationToken);

    /// <summary>Sends a command with a JSON body; returns the host's refusal, or null.</summary>
    public async Task<string?> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _client.SendAsync(request, cancellationToken);
        return answer.IsSuccessStatusCode ? null : await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>The host's process, or null when it ended.</summary>
    public Process? Process()
    {
        try
        {
            return System.Diagnostics.Process.GetProcessById(Host.ProcessId);
        }
        catch (ArgumentException)
        {
            // It ended meanwhile.
            return null;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();
}
