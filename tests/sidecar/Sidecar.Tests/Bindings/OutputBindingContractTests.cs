using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sidecar.Bindings;
using Sidecar.Components;
using Sidecar.Redis;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.State;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Bindings;

public sealed class LocalStorageBindingTests : OutputBindingContract
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("binding-");

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private protected override Task<IOutputBinding> CreateAsync() =>
        Task.FromResult<IOutputBinding>(new LocalStorageBinding(new ComponentSpec("files", "bindings.localstorage", "v1", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["rootPath"] = _folder.FullName }, "files.yaml")));

    private protected override BindingRequest Write(string value) => Request("create", value);

    private protected override async Task<IReadOnlyList<string>> ArrivedAsync() => await Task.WhenAll(_folder.GetFiles().Select(file => File.ReadAllTextAsync(file.FullName)));
}

public sealed class HttpBindingTests : OutputBindingContract
{
    private readonly ConcurrentQueue<string> _bodies = new();
    private FakeApp _server = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    private protected override async Task<IOutputBinding> CreateAsync()
    {
        _server = await FakeApp.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            _bodies.Enqueue(await reader.ReadToEndAsync());
        });
        return new HttpBinding(new ComponentSpec("web", "bindings.http", "v1", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["url"] = $"http://127.0.0.1:{_server.Port}" }, "web.yaml"));
    }

    private protected override BindingRequest Write(string value) => Request("post", value);

    private protected override Task<IReadOnlyList<string>> ArrivedAsync() => Task.FromResult<IReadOnlyList<string>>([.. _bodies]);
}

public sealed class RedisBindingTests : OutputBindingContract
{
    private static readonly Dictionary<string, string> Server = new(StringComparer.OrdinalIgnoreCase) { ["redisHost"] = TestServers.RedisHost, ["redisPassword"] = TestServers.RedisPassword };
    private readonly string _prefix = $"binding-{Guid.NewGuid():N}-";
    private readonly ConcurrentQueue<string> _keys = new();

    private static ComponentSpec Spec => new("redis", "bindings.redis", "v1", Server, "redis.yaml");

    private protected override Task<IOutputBinding> CreateAsync() => Task.FromResult<IOutputBinding>(new RedisBinding(Spec, TestContext.Component()));

    private protected override BindingRequest Write(string value)
    {
        var key = _prefix + Guid.NewGuid();
        _keys.Enqueue(key);
        return Request("create", value, ("key", key));
    }

    private protected override async Task<IReadOnlyList<string>> ArrivedAsync()
    {
        await using var client = new RedisClient(RedisOptions.From(Spec), NullLogger.Instance, TimeProvider.System);
        await client.ConnectAsync(CancellationToken.None);
        var replies = await Task.WhenAll(_keys.Select(key => client.ExecuteAsync(RedisCommand.Of("GET", key), CancellationToken.None)));
        return [.. replies.Where(reply => !reply.IsNull).Select(reply => reply.AsText()!)];
    }
}

public sealed class PostgreSqlBindingTests(PostgreSqlFixture fixture) : OutputBindingContract, IClassFixture<PostgreSqlFixture>
{
    private readonly string _table = $"t{Guid.NewGuid():N}";

    private protected override async Task<IOutputBinding> CreateAsync()
    {
        await using var source = NpgsqlDataSource.Create(fixture.Database.ConnectionString);
        await using var command = source.CreateCommand($"CREATE TABLE {_table} (name text)");
        await command.ExecuteNonQueryAsync();
        return new PostgreSqlBinding(
            new ComponentSpec("sql", "bindings.postgresql", "v1", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["url"] = fixture.Database.KeyValueConnectionString }, "sql.yaml"), TestContext.Component());
    }

    private protected override BindingRequest Write(string value) =>
        Request("exec", "", ("sql", $"INSERT INTO {_table} VALUES ($1)"), ("params", $"[{System.Text.Json.JsonSerializer.Serialize(value)}]"));

    private protected override async Task<IReadOnlyList<string>> ArrivedAsync()
    {
        await using var source = NpgsqlDataSource.Create(fixture.Database.ConnectionString);
        await using var command = source.CreateCommand($"SELECT name FROM {_table}");
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }
}

public sealed class SmtpBindingContractTests : OutputBindingContract
{
    private MailServer _server = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    private protected override async Task<IOutputBinding> CreateAsync()
    {
        _server = await MailServer.StartAsync();
        return SmtpBindingTests.Binding(_server.Port, ("emailTo", "a@x.test"), ("subject", "s"));
    }

    private protected override BindingRequest Write(string value) => Request("create", value);

    private protected override Task<IReadOnlyList<string>> ArrivedAsync() => Task.FromResult(_server.Texts);
}
