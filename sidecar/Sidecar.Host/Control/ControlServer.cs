using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Control;

/// <summary>
/// The control endpoint of a running host on loopback. Every request carries the token of <c>host.json</c>: a web page in the user's
/// browser can reach loopback too, but not read that file.
/// </summary>
internal sealed class ControlServer(PlatformRun run, HostContext context, DateTimeOffset startedAt) : IAsyncDisposable
{
    private readonly SidecarProbe _probe = new(context.Environment.GetValueOrDefault("DAPR_API_TOKEN"));
    private WebApplication? _server;

    /// <summary>Whether the start is complete.</summary>
    public bool Ready { get; set; }

    /// <summary>The secret of this run.</summary>
    public string Token { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    /// <summary>Listens on a free port and returns the address.</summary>
    public async Task<Uri> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Use(AuthoriseAsync);
        _server.UseRouting();
        Map(_server);
        await _server.StartAsync(cancellationToken);
        return new Uri(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _probe.Dispose();
    }

    private Task AuthoriseAsync(HttpContext http, RequestDelegate next)
    {
        var given = Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString());
        if (CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes($"Bearer {Token}")))
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private void Map(WebApplication server)
    {
        server.MapGet("/status", async (CancellationToken cancellationToken) => TypedResults.Json(await StatusAsync(cancellationToken)));
        server.MapPost("/stop", () =>
        {
            run.RequestStop();
            return TypedResults.Accepted((string?)null);
        });
        server.MapPost("/apps/{id}/start", (string id) => OnApp(id, apps => Task.WhenAll(apps.Select(app => app.Process.StartAsync()))));
        server.MapPost("/apps/{id}/stop", (string id) => OnApp(id, apps => Task.WhenAll(apps.Select(app => app.Process.StopAsync(run.StopTimeout)))));
        server.MapPost("/apps/{id}/restart", (string id, CancellationToken cancellationToken) => OnApp(id, apps => run.RestartAsync(apps, cancellationToken)));
        FaultEndpoints.Map(server, run.Faults);
    }

    private async Task<IResult> OnApp(string id, Func<IReadOnlyList<RunningApp>, Task> action)
    {
        var apps = run.Find(id);
        if (apps.Count == 0)
        {
            return TypedResults.Text($"there is no app '{id}'; the apps: {string.Join(", ", run.Apps.Select(known => known.App.Name))}", statusCode: StatusCodes.Status404NotFound);
        }

        if (apps.Any(app => !app.Process.IsManaged))
        {
            return TypedResults.Text($"the process of '{id}' is not the host's: it is started elsewhere", statusCode: StatusCodes.Status409Conflict);
        }

        await action(apps);
        return TypedResults.NoContent();
    }

    private async Task<RunStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var apps = await Task.WhenAll(run.Apps.Select(app => StatusAsync(app, cancellationToken)));
        return new RunStatus(Environment.ProcessId, run.File.Path, startedAt, Ready, apps) { Faults = FaultEndpoints.Status(run.Faults) };
    }

    private async Task<AppStatus> StatusAsync(RunningApp app, CancellationToken cancellationToken)
    {
        var (definition, process) = (app.App, app.Process);
        return new AppStatus(
            definition.AppId,
            definition.Instance,
            process.State.ToString().ToLowerInvariant(),
            process.ProcessId,
            process.Restarts,
            definition.AppPort,
            definition.HttpPort,
            definition.GrpcPort,
            definition.MetricsPort,
            app.Sidecar.IsAppAvailable,
            await _probe.IsReadyAsync(definition, cancellationToken),
            await _probe.ComponentsAsync(definition, cancellationToken))
        {
            Waits = await app.Sidecar.WaitsAsync(cancellationToken),
        };
    }
}
