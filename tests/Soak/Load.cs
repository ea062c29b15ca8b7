using System.Net;
using System.Text;
using System.Text.Json;

namespace Soak;

/// <summary>The operations of the load, each with what its answer must be unless something is known to have gone wrong.</summary>
internal sealed class Load(Platform platform, Ledger ledger) : IDisposable
{
    private const int Keys = 200;
    private const int MostUnderWay = 128;
    private static readonly TimeSpan WorkflowPatience = TimeSpan.FromSeconds(90);
    private readonly HttpClient _client = new() { BaseAddress = new Uri($"http://127.0.0.1:{platform.HttpPort}/"), Timeout = TimeSpan.FromSeconds(30) };
    private readonly SemaphoreSlim _room = new(MostUnderWay);
    private readonly StateKey[] _keys = [.. Enumerable.Range(0, Keys).Select(i => new StateKey($"{Platform.Run}-{i}"))];
    private long _number;

    /// <summary>Begins one operation; waits when too many are under way.</summary>
    public async Task BeginAsync()
    {
        await _room.WaitAsync();
        var number = Interlocked.Increment(ref _number);
        _ = Task.Run(() => RunAsync(number));
    }

    /// <summary>Waits until everything that was begun has ended.</summary>
    public async Task FinishAsync()
    {
        for (var i = 0; i < MostUnderWay; i++)
        {
            await _room.WaitAsync();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _room.Dispose();
    }

    private async Task RunAsync(long number)
    {
        var began = TimeProvider.System.GetUtcNow();
        var (what, operation) = (number % 20) switch
        {
            < 7 => ("publish to Redis", PublishAsync("redis", $"m{number}")),
            < 10 => ("publish in memory", PublishAsync("memory", $"m{number}")),
            < 14 => ("invoke", InvokeAsync($"call {number}")),
            < 19 => ("state", StateAsync(number)),
            _ => ("workflow", WorkflowAsync($"w{number}", (int)(number % 1000))),
        };
        try
        {
            var failure = await operation;
            if (failure is null)
            {
                ledger.Count(what);
            }
            else
            {
                ledger.Fail(what, began, failure);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or JsonException)
        {
            ledger.Fail(what, began, exception.Message);
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task<string?> PublishAsync(string broker, string id)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, $"v1.0/publish/{broker}/{Platform.Run}", $$"""{"id":"{{id}}"}""");
        if (status == HttpStatusCode.NoContent)
        {
            ledger.Acknowledge(id);
            return null;
        }

        return Describe(status, body);
    }

    private async Task<string?> InvokeAsync(string text)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, $"v1.0/invoke/{Platform.AppId}/method/echo", text);
        return status == HttpStatusCode.OK && body == text ? null : Describe(status, body);
    }

    // A write whose outcome is unknown leaves two values that a read may see.
    private async Task<string?> StateAsync(long number)
    {
        var key = _keys[number % Keys];
        await key.Gate.WaitAsync();
        try
        {
            var (status, body) = await SendAsync(HttpMethod.Get, $"v1.0/state/state/{key.Name}", null);
            if (status is HttpStatusCode.OK or HttpStatusCode.NoContent)
            {
                if (!key.Possible.Contains(body))
                {
                    return $"the value of a key is none of those that were written ({(int)status})";
                }
            }
            else if (!body.Contains("injected by fault", StringComparison.Ordinal))
            {
                return Describe(status, body);
            }

            key.Possible.Add($"{number}");
            (status, body) = await SendAsync(HttpMethod.Post, "v1.0/state/state", $$"""[{"key":"{{key.Name}}","value":{{number}}}]""");
            if (status != HttpStatusCode.NoContent)
            {
                return Describe(status, body);
            }

            key.Possible.RemoveWhere(value => value != $"{number}");
            return null;
        }
        finally
        {
            key.Gate.Release();
        }
    }

    private async Task<string?> WorkflowAsync(string id, int input)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, $"v1.0/workflows/dapr/{App.Workflow}/start?instanceID={id}", $"{input}");
        if (status != HttpStatusCode.Accepted)
        {
            return Describe(status, body);
        }

        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < WorkflowPatience)
        {
            (status, body) = await SendAsync(HttpMethod.Get, $"v1.0/workflows/dapr/{id}", null);
            if (status == HttpStatusCode.OK && body.Contains("\"COMPLETED\"", StringComparison.Ordinal))
            {
                using var state = JsonDocument.Parse(body);
                var output = state.RootElement.GetProperty("properties").GetProperty("dapr.workflow.output").GetString();
                await SendAsync(HttpMethod.Post, $"v1.0/workflows/dapr/{id}/purge", "");
                return output == $"{input + 3}" ? null : $"a workflow answered {output} instead of {input + 3}";
            }

            // A client that polls, and not so often that it were a load of its own.
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        }

        return $"a workflow did not complete within {WorkflowPatience.TotalSeconds:0} s: {body}";
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Describe(HttpStatusCode status, string body) => $"{(int)status} {body}";

    private sealed class StateKey(string name)
    {
        public string Name { get; } = name;

        public SemaphoreSlim Gate { get; } = new(1);

        public HashSet<string> Possible { get; } = [""];
    }
}
