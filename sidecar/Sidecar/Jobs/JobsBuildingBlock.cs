using Microsoft.Extensions.Logging;
using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Schedules;

namespace Sidecar.Jobs;

/// <summary>Jobs: what an app lets itself be called for later.</summary>
internal sealed class JobsBuildingBlock : IBuildingBlock
{
    private readonly RuntimeServices _services;
    private Scheduler? _scheduler;
    private JobConsumer? _consumer;

    private JobsBuildingBlock(RuntimeServices services)
    {
        _services = services;
        Operations = new JobOperations(services, () => _scheduler);
        HttpApis = [new JobsApi(services, Operations)];
        GrpcApis = [new JobGrpcApi(services, Operations)];
    }

    /// <summary>What both protocols offer.</summary>
    public JobOperations Operations { get; }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    public static IBuildingBlock Create(RuntimeServices services) => new JobsBuildingBlock(services);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_services.Options.HasScheduler)
        {
            _scheduler = await SchedulerRegistry.Of(_services.Run).AcquireAsync(_services, cancellationToken);
        }
    }

    public Task AppReadyAsync(CancellationToken cancellationToken)
    {
        if (_scheduler is not null)
        {
            _consumer = new JobConsumer(Operations.Target, _services, _services.Loggers.CreateLogger<JobConsumer>());
            _scheduler.Connect(_consumer);
        }

        return Task.CompletedTask;
    }

    public Task DrainAsync(CancellationToken cancellationToken) => _consumer is null ? Task.CompletedTask : _scheduler!.DisconnectAsync(_consumer, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_scheduler is not null)
        {
            await SchedulerRegistry.Of(_services.Run).ReleaseAsync(_scheduler);
        }
    }
}
