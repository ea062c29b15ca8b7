using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Sidecar;
using Sidecar.Components;

namespace Conformance;

/// <summary>Replays one scenario against embedded sidecars in this process and returns the differences; none = passed.</summary>
internal sealed class ScenarioRunner(Scenario scenario, Stores stores) : IAsyncDisposable
{
    private readonly Placeholders _placeholders = new();
    private readonly Dictionary<string, SidecarRuntime> _sidecars = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Http, int Grpc)> _ports = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FakeApp> _apps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConcurrentQueue<FakeApp.Seen>> _seen = new(StringComparer.Ordinal);
    private readonly string _folder = Directory.CreateTempSubdirectory("conformance-").FullName;
    private readonly RunScope _run = new();

    /// <summary>Runs it.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var comparison = new Comparison(_placeholders, scenario.Area == "tracing");
        try
        {
            await PrepareAsync();
            for (var i = 0; i < scenario.Steps.Count; i++)
            {
                await StepAsync(i, scenario.Steps[i], comparison);
            }
        }
        catch (NotReplayableException exception)
        {
            comparison.Differences.Add($"not replayed: {exception.Message}");
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            comparison.Differences.Add($"failed: {exception.GetType().Name}: {exception.Message}");
        }

        return comparison.Differences;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in _sidecars.Values)
        {
            await sidecar.DisposeAsync();
        }

        foreach (var app in _apps.Values)
        {
            await app.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task PrepareAsync()
    {
        foreach (var unsupported in (string[])["worker", "metrics"])
        {
            if (scenario.Setup[unsupported] is JsonNode node && node.ToJsonString() != "false")
            {
                throw new NotReplayableException($"setup '{unsupported}'");
            }
        }

        await stores.EmptyAsync();
        stores.Fill(_placeholders);
        _placeholders.Set("dir", _folder);
        _placeholders.Set("closed", FreePort.Next().ToString());
        foreach (var (path, text) in scenario.Setup["files"] as JsonObject ?? [])
        {
            var file = Path.Combine(_folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text!.GetValue<string>());
        }

        foreach (var (name, script) in Servers())
        {
            var server = new FakeApp(name, script, _placeholders, sidecarPort: null);
            _placeholders.Set($"server:{name}", server.Port.ToString());
            await AddAsync(name, server);
        }

        var setups = new List<(string Name, JsonObject Setup)> { ("a", scenario.Setup) };
        setups.AddRange((scenario.Setup["others"] as JsonArray ?? []).Select(other => (other!["name"]!.GetValue<string>(), other.AsObject())));
        foreach (var (name, setup) in setups)
        {
            var (http, grpc) = _ports[name] = (FreePort.Next(), FreePort.Next());
            _placeholders.Set($"http:{name}", http.ToString());
            _placeholders.Set($"grpc:{name}", grpc.ToString());
            if (setup["app"] is JsonObject app)
            {
                if (app["protocol"]?.GetValue<string>() == "grpc")
                {
                    throw new NotReplayableException("gRPC app");
                }

                var fake = new FakeApp(name, app, _placeholders, () => http);
                _placeholders.Set($"app:{name}", fake.Port.ToString());
                await AddAsync(name, fake);
            }
        }

        foreach (var (name, setup) in setups.AsEnumerable().Reverse().Where(pair => pair.Setup["noStart"]?.GetValue<bool>() != true))
        {
            await StartSidecarAsync(name, setup);
        }

        foreach (var (name, setup) in setups.Where(pair => _sidecars.ContainsKey(pair.Name)))
        {
            await ReadyAsync(name, setup);
        }

        if (scenario.Setup["settleMs"] is { } settle)
        {
            await PauseAsync(settle.GetValue<double>());
        }

        Drain();
    }

    private IEnumerable<(string Name, JsonObject Script)> Servers() => scenario.Setup["servers"] switch
    {
        JsonArray list => list.Select(server => (server!["name"]!.GetValue<string>(), server.AsObject())),
        JsonObject map => map.Select(pair => (pair.Key, pair.Value!.AsObject())),
        _ => [],
    };

    private async Task AddAsync(string name, FakeApp app)
    {
        _apps[name] = app;
        _seen[name] = app.Requests;
        if (!app.Down)
        {
            await app.StartAsync();
        }
    }

    private async Task StartSidecarAsync(string name, JsonObject setup)
    {
        var resources = Path.Combine(_folder, $"resources-{name}");
        Directory.CreateDirectory(resources);
        foreach (var kind in (string[])["components", "resiliency", "subscriptions", "httpEndpoints"])
        {
            var documents = setup[kind] as JsonArray ?? [];
            for (var i = 0; i < documents.Count; i++)
            {
                await File.WriteAllTextAsync(Path.Combine(resources, $"{kind}-{i}.yaml"), _placeholders.Fill(documents[i]!.GetValue<string>()));
            }
        }

        string? configuration = null;
        if (setup["configuration"] is { } text)
        {
            configuration = Path.Combine(_folder, $"configuration-{name}.yaml");
            await File.WriteAllTextAsync(configuration, _placeholders.Fill(text.GetValue<string>()));
        }

        var options = SidecarFlags.Apply(
            new SidecarOptions
            {
                AppId = setup["appId"]!.GetValue<string>(),
                HttpPort = _ports[name].Http,
                GrpcPort = _ports[name].Grpc,
                AppPort = _apps.TryGetValue(name, out var app) ? app.Port : null,
                ResourcesPaths = [resources],
                ConfigurationPath = configuration,
                StrictResources = false,
                Run = _run,
            },
            setup,
            _placeholders);
        var sidecar = new SidecarRuntime(options);
        _sidecars[name] = sidecar;
        await sidecar.StartAsync(CancellationToken.None);
    }

    private async Task ReadyAsync(string name, JsonObject setup)
    {
        if (setup["noReady"] is { } wait)
        {
            await PauseAsync(wait.GetValue<double>());
            return;
        }

        var path = setup["readyPath"]?.GetValue<string>() ?? (_apps.TryGetValue(name, out var app) && !app.Down ? "/v1.0/healthz" : "/v1.0/healthz/outbound");
        await Eventually.TrueAsync(
            async () =>
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                return (await RawHttp.SendAsync(_ports[name].Http, "GET", path, [], null, chunked: false, limit.Token)).Status is 200 or 204;
            },
            $"sidecar {name} is ready",
            TimeSpan.FromSeconds(10));
    }

    private async Task StepAsync(int index, JsonObject step, Comparison comparison)
    {
        var request = step["request"]!.AsObject();
        var where = $"step {index}";
        var unstable = scenario.Unstable.Where(path => path.StartsWith($"$.steps[{index}]", StringComparison.Ordinal)).ToArray();
        switch (request["protocol"]?.GetValue<string>() ?? request["action"]!.GetValue<string>())
        {
            case "http":
                await HttpAsync(where, step, request, comparison, unstable);
                break;
            case "wait":
                await PauseAsync(request["ms"]?.GetValue<double>() ?? 0);
                break;
            case "startup":
                break;
            case "redis":
                await stores.RedisAsync([.. (request["words"] as JsonArray ?? request["command"] as JsonArray ?? request["args"]!.AsArray()).Select(word => _placeholders.Fill(word!.ToString()))]);
                break;
            case "appDown":
                await _apps[request["app"]?.GetValue<string>() ?? request["to"]?.GetValue<string>() ?? "a"].StopAsync();
                break;
            case "appUp":
                await _apps[request["app"]?.GetValue<string>() ?? request["to"]?.GetValue<string>() ?? "a"].StartAsync();
                break;
            case var other:
                throw new NotReplayableException($"step '{other}'");
        }

        await AppSawAsync(where, step, comparison, unstable);
    }

    private async Task HttpAsync(string where, JsonObject step, JsonObject request, Comparison comparison, string[] unstable)
    {
        if (request["parallel"] is not null)
        {
            throw new NotReplayableException("parallel calls");
        }

        var port = request["target"] is { } target ? int.Parse(_placeholders.Fill(target.ToString())) : _ports[request["to"]?.GetValue<string>() ?? "a"].Http;
        var headers = (request["headers"] as JsonObject ?? []).SelectMany(pair => pair.Value is JsonArray many
            ? many.Select(one => KeyValuePair.Create(pair.Key, _placeholders.Fill(one!.GetValue<string>())))
            : [KeyValuePair.Create(pair.Key, _placeholders.Fill(pair.Value!.GetValue<string>()))]).ToList();
        var expected = step["response"]!.AsObject();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(step["clientTimeoutMs"]?.GetValue<double>() ?? 30_000));
        try
        {
            var answer = await RawHttp.SendAsync(port, request["method"]?.GetValue<string>() ?? "GET", _placeholders.Fill(request["path"]!.GetValue<string>()), headers, Bodies.Read(request, _placeholders), request["chunked"]?.GetValue<bool>() == true, limit.Token);
            if (expected["error"] is { } error)
            {
                comparison.Differences.Add($"{where}: expected error '{error}', got status {answer.Status}");
                return;
            }

            if (unstable.Any(path => path.EndsWith(".response", StringComparison.Ordinal)))
            {
                return;
            }

            comparison.Equal($"{where} status", expected["status"]!.ToString(), answer.Status.ToString());
            comparison.Headers(where, expected["headers"] as JsonObject, answer.Headers);
            if (!unstable.Any(path => path.Contains(".response.body", StringComparison.Ordinal)))
            {
                comparison.Body(where, expected, answer.Body);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            if (expected["error"] is null)
            {
                comparison.Differences.Add($"{where}: expected status {expected["status"]}, got {exception.GetType().Name} {exception.Message}");
            }
        }
    }

    private async Task AppSawAsync(string where, JsonObject step, Comparison comparison, string[] unstable)
    {
        if (step["await"] is JsonObject wait)
        {
            await QuietAsync(wait["appRequests"]?.GetValue<int>() ?? 0, wait["withinMs"]?.GetValue<double>() ?? 1_000, wait["thenQuietMs"]?.GetValue<double>() ?? 100);
        }

        if (step["appSawDeferred"]?.GetValue<bool>() == true)
        {
            return;
        }

        var seen = Drain();
        if (step["appSawCountOnly"]?.GetValue<bool>() == true)
        {
            comparison.Equal($"{where} app requests", step["appSawCount"]?.ToString() ?? "0", seen.Count.ToString());
            return;
        }

        if (unstable.Any(path => path.Contains(".appSaw", StringComparison.Ordinal)))
        {
            return;
        }

        if (step["appSawFilter"] is { } filter)
        {
            seen = [.. seen.Where(one => System.Text.RegularExpressions.Regex.IsMatch(one.Path, filter.GetValue<string>(), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)))];
        }

        if (step["appSawLimit"] is { } most)
        {
            seen = [.. seen.Take(most.GetValue<int>())];
        }

        Compare(where, [.. (step["appSaw"] as JsonArray ?? []).Select(one => one!.AsObject())], seen, step, comparison);
    }

    private void Compare(string where, IReadOnlyList<JsonObject> expected, IReadOnlyList<FakeApp.Seen> seen, JsonObject step, Comparison comparison)
    {
        if (expected.Count != seen.Count && step["appSawAtLeast"] is null)
        {
            comparison.Differences.Add($"{where}: the app saw {seen.Count} requests ({string.Join(", ", seen.Take(6).Select(one => $"{one.Method} {one.Path}"))}), expected {expected.Count}");
            return;
        }

        if (step["appSawOrder"]?.GetValue<string>() == "any")
        {
            expected = [.. expected.OrderBy(one => one["path"]!.GetValue<string>(), StringComparer.Ordinal).ThenBy(one => one["body"]?.ToString(), StringComparer.Ordinal)];
            seen = [.. seen.OrderBy(one => one.Path, StringComparer.Ordinal).ThenBy(one => Encoding.UTF8.GetString(one.Body), StringComparer.Ordinal)];
        }

        for (var i = 0; i < Math.Min(expected.Count, seen.Count); i++)
        {
            var at = $"{where} app request {i}";
            comparison.Equal($"{at} method", expected[i]["method"]!.GetValue<string>(), seen[i].Method);
            if (!_placeholders.Matches(expected[i]["path"]!.GetValue<string>(), seen[i].Path))
            {
                comparison.Differences.Add($"{at} path: expected {expected[i]["path"]}, got {seen[i].Path}");
            }

            comparison.Headers(at, expected[i]["headers"] as JsonObject, seen[i].Headers);
            comparison.Body(at, expected[i], seen[i].Body);
        }

        var gaps = step["timing"]?["gapsMs"] as JsonArray;
        for (var i = 0; i < Math.Min(gaps?.Count ?? 0, seen.Count - 1); i++)
        {
            var wanted = gaps![i]!.GetValue<double>();
            var gap = seen[i + 1].Ticks - seen[i].Ticks;
            if (Math.Abs(gap - wanted) > Math.Max(60, wanted / 10))
            {
                comparison.Differences.Add($"{where}: {gap} ms between app requests {i} and {i + 1}, expected {wanted}");
            }
        }
    }

    private IReadOnlyList<FakeApp.Seen> Drain()
    {
        var probes = scenario.Setup["recordProbes"]?.GetValue<bool>() == true;
        var all = new List<FakeApp.Seen>();
        foreach (var queue in _seen.Values)
        {
            while (queue.TryDequeue(out var request))
            {
                all.Add(request);
            }
        }

        return [.. all.Where(request => probes || !(request.Path is "/dapr/config" or "/dapr/subscribe" || (request.Method == "OPTIONS" && scenario.Area != "invoke"))).OrderBy(request => request.Ticks)];
    }

    private async Task QuietAsync(int count, double withinMs, double quietMs)
    {
        var clock = Stopwatch.StartNew();
        while (clock.ElapsedMilliseconds < withinMs && _seen.Values.Sum(queue => queue.Count) < count)
        {
            await PauseAsync(5);
        }

        var last = -1;
        while (last != _seen.Values.Sum(queue => queue.Count))
        {
            last = _seen.Values.Sum(queue => queue.Count);
            await PauseAsync(quietMs);
        }
    }

    private static Task PauseAsync(double milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);
}
