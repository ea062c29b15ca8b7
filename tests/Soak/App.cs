using System.Text.Json;
using Dapr.Workflow;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Soak;

/// <summary>The app behind the sidecar: echoes, takes events of two brokers, and works on workflows. Its web side can go down for a while.</summary>
internal sealed class App(Ledger ledger, int port, int daprGrpcPort) : IAsyncDisposable
{
    /// <summary>The workflow: three activities in a row, each repeated when it fails.</summary>
    public const string Workflow = "AddThree";

    /// <summary>What the runs of activities are noted under.</summary>
    public const string Activity = "activity ";

    private static readonly string Subscriptions = $$"""
        [{"pubsubname":"redis","topic":"{{Platform.Run}}","route":"/events"},
         {"pubsubname":"memory","topic":"{{Platform.Run}}","route":"/events"}]
        """;

    private readonly IHost _worker = CreateWorker(ledger, daprGrpcPort);
    private WebApplication? _web;

    /// <summary>Starts both sides.</summary>
    public async Task StartAsync()
    {
        await StartWebAsync();
        await _worker.StartAsync();
    }

    /// <summary>Takes the web side down and brings it back.</summary>
    public async Task RestartWebAsync(TimeSpan pause)
    {
        await _web!.DisposeAsync();
        await Task.Delay(pause, TimeProvider.System);
        await StartWebAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.StopAsync();
        _worker.Dispose();
        await _web!.DisposeAsync();
    }

    private static IHost CreateWorker(Ledger ledger, int daprGrpcPort)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("DAPR_GRPC_PORT", (string?)$"{daprGrpcPort}")]);
        builder.Services.AddDaprWorkflow(options =>
        {
            options.RegisterActivity<int, int>("AddOne", (context, number) =>
            {
                ledger.Receive($"{Activity}{context.InstanceId} {number}");
                return Task.FromResult(number + 1);
            });
            options.RegisterWorkflow<int, int>(Workflow, async (context, number) =>
            {
                var retry = new WorkflowTaskOptions(new WorkflowRetryPolicy(10, TimeSpan.FromMilliseconds(50)));
                for (var i = 0; i < 3; i++)
                {
                    number = await context.CallActivityAsync<int>("AddOne", number, retry);
                }

                return number;
            });
        });
        return builder.Build();
    }

    private async Task StartWebAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.ClearProviders();
        _web = builder.Build();
        _web.Run(HandleAsync);
        await _web.StartAsync();
    }

    private Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/dapr/subscribe" => context.Response.WriteAsync(Subscriptions),
        "/echo" => context.Request.Body.CopyToAsync(context.Response.Body),
        "/events" => TakeAsync(context),
        _ => NotFoundAsync(context),
    };

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var cloudEvent = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        ledger.Receive(cloudEvent.RootElement.GetProperty("data").GetProperty("id").GetString()!);
    }
}
