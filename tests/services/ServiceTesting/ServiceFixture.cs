using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults;
using Testing;
using Xunit;

namespace ServiceTesting;

/// <summary>
/// A service as it really runs - its own Program.cs, Kestrel on a free port, a database with the three roles - with a
/// <see cref="FakeSidecar"/> in place of all else. Derive one per service and use it as a class or collection fixture.
/// </summary>
public abstract class ServiceFixture<TProgram>(string appId) : IAsyncLifetime
    where TProgram : class
{
    /// <summary>What a sidecar proves itself with towards the service.</summary>
    public const string AppApiToken = "test-app-token";

    private readonly ConcurrentBag<HttpClient> _clients = [];
    private InProcessService? _service;

    /// <summary>The service's address.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>A client without a token.</summary>
    public HttpClient Client { get; private set; } = new();

    /// <summary>The sidecar; scripted by tests.</summary>
    public FakeSidecar Sidecar { get; private set; } = null!;

    /// <summary>The database.</summary>
    public ServiceDatabase Database { get; private set; } = null!;

    /// <summary>Mints tokens that the service accepts (not Users: it accepts its own).</summary>
    public TestTokens Tokens { get; } = new();

    /// <summary>The service's own services.</summary>
    public IServiceProvider Services => _service!.Services;

    /// <summary>Further settings, e.g. `Demo:Seed` = `true`.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> Settings => [];

    /// <summary>A client that calls as a user; default role customer.</summary>
    public HttpClient ClientFor(Guid user, params string[] roles)
    {
        var client = NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.Mint(user, roles.Length == 0 ? null : roles));
        return client;
    }

    /// <summary>A client that calls as the service's sidecar does for the system, for routes below /internal and subscriptions.</summary>
    public HttpClient InternalClient(string actor = "system:test", string tenant = RequestContext.DefaultTenant)
    {
        var client = NewClient();
        client.DefaultRequestHeaders.Add(InternalHeaders.DaprApiToken, AppApiToken);
        client.DefaultRequestHeaders.Add(InternalHeaders.TenantId, tenant);
        client.DefaultRequestHeaders.Add(InternalHeaders.Actor, actor);
        return client;
    }

    /// <summary>Starts everything.</summary>
    public virtual async Task InitializeAsync()
    {
        Database = await ServiceDatabase.CreateAsync();
        Sidecar = await FakeSidecar.StartAsync();
        Sidecar.ServeKeys(Tokens);
        var prefix = appId.ToUpperInvariant().Replace('-', '_');
        Sidecar.Secrets[$"{prefix}_ConnectionStrings__Default"] = Database.Default;
        Sidecar.Secrets[$"{prefix}_ConnectionStrings__Owner"] = Database.Owner;
        Sidecar.Secrets[$"{prefix}_ConnectionStrings__System"] = Database.System;
        await StartAsync();
    }

    /// <summary>Stops the service in order; <see cref="StartAsync"/> starts it again on the same data.</summary>
    public async Task StopAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }
    }

    /// <summary>Starts the service.</summary>
    public async Task StartAsync()
    {
        var port = FreePort.Next();
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["APP_PORT"] = $"{port}",
            ["APP_ID"] = appId,
            ["DAPR_HTTP_PORT"] = $"{Sidecar.Port}",
            ["DAPR_GRPC_PORT"] = $"{FreePort.Next()}",
            ["APP_API_TOKEN"] = AppApiToken,
            ["Logging:LogLevel:Default"] = "Warning",
            ["Serilog:MinimumLevel:Default"] = "Warning",
        };
        foreach (var (name, value) in Settings)
        {
            settings[name] = value;
        }

        _service = await InProcessService.StartAsync(typeof(TProgram).Assembly, settings, ConfigureServices);
        Address = new Uri($"http://127.0.0.1:{port}");
        Client = NewClient();
    }

    /// <summary>Stops and removes everything.</summary>
    public virtual async Task DisposeAsync()
    {
        await StopAsync();
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await Sidecar.DisposeAsync();
        await Database.DisposeAsync();
        Tokens.Dispose();
    }

    /// <summary>Replaces services of the program, e.g. the clock.</summary>
    protected virtual void ConfigureServices(IServiceCollection services)
    {
    }

    private HttpClient NewClient()
    {
        var client = new HttpClient { BaseAddress = Address };
        _clients.Add(client);
        return client;
    }
}
