using Sidecar.Bindings;
using Sidecar.Components;
using Sidecar.Tests.Bindings;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Redis;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Outages;

/// <summary>Output bindings: what was carried out is there after the outage, and what was not is an error.</summary>
public abstract class BindingOutage : OutageContract
{
    private IOutputBinding _binding = null!;

    private protected override string? Problem => _binding.Problem;

    public override async Task InitializeAsync()
    {
        _binding = await CreateAsync();
        await _binding.StartAsync(CancellationToken.None);
    }

    public override async Task DisposeAsync()
    {
        await _binding.DisposeAsync();
        await Server.DisposeAsync();
    }

    private protected abstract Task<IOutputBinding> CreateAsync();

    private protected async Task<BindingResult> InvokeAsync(string operation, string data, params (string Name, string Value)[] metadata)
    {
        var result = await _binding.InvokeAsync(
            new BindingRequest(operation, System.Text.Encoding.UTF8.GetBytes(data), metadata.ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal)), CancellationToken.None);
        return result.Error is { } error ? throw new IOException(error) : result;
    }
}

public sealed class RedisBindingOutageTests : BindingOutage
{
    private RedisServer _server = null!;

    private protected override IRestartableServer Server => _server;

    private protected override async Task<IOutputBinding> CreateAsync()
    {
        _server = await RedisServer.StartAsync();
        return new RedisBinding(_server.Component("bindings.redis"), TestContext.Component());
    }

    private protected override Task UseAsync(string value) => InvokeAsync("create", "1", ("key", value));

    private protected override async Task<bool> HasAsync(string value) => (await InvokeAsync("get", "", ("key", value))).Response!.Data.Length == 1;
}

public sealed class PostgreSqlBindingOutageTests : BindingOutage
{
    private PostgresServer _server = null!;

    private protected override IRestartableServer Server => _server;

    private protected override async Task<IOutputBinding> CreateAsync()
    {
        _server = await PostgresServer.StartAsync();
        await _server.ExecuteAsync("CREATE TABLE t (name text)");
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["url"] = _server.KeyValueConnectionString };
        return new PostgreSqlBinding(new ComponentSpec("sql", "bindings.postgresql", "v1", fields, "sql.yaml"), TestContext.Component());
    }

    private protected override Task UseAsync(string value) => InvokeAsync("exec", "", ("sql", "INSERT INTO t VALUES ($1)"), ("params", $"[\"{value}\"]"));

    private protected override async Task<bool> HasAsync(string value) =>
        System.Text.Encoding.UTF8.GetString((await InvokeAsync("query", "", ("sql", "SELECT name FROM t WHERE name = $1"), ("params", $"[\"{value}\"]"))).Response!.Data.Span) == $"[[\"{value}\"]]";
}

public sealed class HttpBindingOutageTests : BindingOutage
{
    private readonly WebServer _server = new();

    // Nothing is connected between two calls.
    private protected override bool NamesTheLoss => false;

    private protected override IRestartableServer Server => _server;

    private protected override async Task<IOutputBinding> CreateAsync()
    {
        await _server.RestartAsync();
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["url"] = $"http://127.0.0.1:{_server.Port}" };
        return new HttpBinding(new ComponentSpec("web", "bindings.http", "v1", fields, "web.yaml"));
    }

    private protected override Task UseAsync(string value) => InvokeAsync("post", "{}", ("path", value));

    private protected override Task<bool> HasAsync(string value) => Task.FromResult(_server.Seen.Contains("/" + value, StringComparer.Ordinal));

    private sealed class WebServer : IRestartableServer
    {
        private readonly List<string> _seen = [];
        private FakeApp? _app;

        public int Port { get; } = FreePort.Next();

        public IEnumerable<string> Seen => _seen.Concat(_app?.Seen.Select(request => request.Target) ?? []);

        public async Task KillAsync()
        {
            _seen.AddRange(_app!.Seen.Select(request => request.Target));
            await _app.DisposeAsync();
            _app = null;
        }

        public async Task RestartAsync() => _app = await FakeApp.StartAsync(FakeApp.EchoAsync, Port);

        public async ValueTask DisposeAsync() => await (_app?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}

public sealed class SmtpBindingOutageTests : BindingOutage
{
    private MailServer _server = null!;

    // Each mail has a connection of its own.
    private protected override bool NamesTheLoss => false;

    private protected override IRestartableServer Server => _server;

    private protected override async Task<IOutputBinding> CreateAsync()
    {
        _server = await MailServer.StartAsync();
        return SmtpBindingTests.Binding(_server.Port, ("emailTo", "a@x.test"), ("subject", "s"));
    }

    private protected override Task UseAsync(string value) => InvokeAsync("create", value);

    private protected override Task<bool> HasAsync(string value) => Task.FromResult(_server.Texts.Contains(value, StringComparer.Ordinal));
}
