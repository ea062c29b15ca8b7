using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.State.PostgreSql;

namespace Sidecar.Schedules;

/// <summary>The schedulers of a run, one per store.</summary>
internal sealed class SchedulerRegistry(RunScope run)
{
    private readonly SharedInRun<Scheduler> _schedulers = SharedInRun<Scheduler>.Of(run);

    /// <summary>The registry of a run.</summary>
    public static SchedulerRegistry Of(RunScope run) => run.GetOrAdd("schedulers", () => new SchedulerRegistry(run));

    /// <summary>The state component that keeps actors, reminders and jobs, or null.</summary>
    public static ComponentSpec? ActorStore(RuntimeServices services) =>
        services.ComponentsOf("state").FirstOrDefault(spec => string.Equals(spec["actorStateStore"], "true", StringComparison.OrdinalIgnoreCase));

    /// <summary>The started scheduler over the actor state store of a sidecar. Throws <see cref="ComponentException"/>.</summary>
    public Task<Scheduler> AcquireAsync(RuntimeServices services, CancellationToken cancellationToken)
    {
        var store = ActorStore(services);
        return _schedulers.AcquireAsync(NameOf(store), () => StartAsync(new Scheduler(CreateStore(services, store), services.Time, services.Options.NewId, services.Loggers.CreateLogger<Scheduler>()), cancellationToken));
    }

    /// <summary>Gives a scheduler back.</summary>
    public Task ReleaseAsync(Scheduler scheduler) => _schedulers.ReleaseAsync(scheduler);

    private static async Task<Scheduler> StartAsync(Scheduler scheduler, CancellationToken cancellationToken)
    {
        try
        {
            await scheduler.StartAsync(cancellationToken);
            return scheduler;
        }
        catch
        {
            await scheduler.DisposeAsync();
            throw;
        }
    }

    private static string NameOf(ComponentSpec? spec) => spec switch
    {
        null => "",
        { Type: "state.postgresql" } => "postgresql " + PostgreSqlConnectionString.From(spec),
        { Type: "state.redis" } => $"redis {spec["redisHost"]} {spec["redisDB"]}",
        _ => "memory " + spec.Name,
    };

    private static IScheduleStore CreateStore(RuntimeServices services, ComponentSpec? spec) => spec switch
    {
        { Type: "state.postgresql" } => new PostgreSqlScheduleStore(PostgreSqlConnectionString.From(spec), spec.Name),
        { Type: "state.redis" } => new RedisScheduleStore(spec, services.Loggers.CreateLogger<RedisScheduleStore>(), services.Options.NewId, services.Time),
        _ => services.Run.GetOrAdd(NameOf(spec), () => new InMemoryScheduleStore()),
    };
}
