using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.State.PostgreSql;

namespace Sidecar.Schedules;

/// <summary>The schedulers of a run, one per store. The first user starts one, the last one stops it.</summary>
internal sealed class SchedulerRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SharedScheduler> _schedulers = new(StringComparer.Ordinal);

    /// <summary>The registry of a run.</summary>
    public static SchedulerRegistry Of(RunScope run) => run.GetOrAdd("schedulers", () => new SchedulerRegistry());

    /// <summary>The state component that keeps actors, reminders and jobs, or null.</summary>
    public static ComponentSpec? ActorStore(RuntimeServices services) =>
        services.ComponentsOf("state").FirstOrDefault(spec => string.Equals(spec["actorStateStore"], "true", StringComparison.OrdinalIgnoreCase));

    /// <summary>The started scheduler over the actor state store of a sidecar. Throws <see cref="ComponentException"/>.</summary>
    public async Task<Scheduler> AcquireAsync(RuntimeServices services, CancellationToken cancellationToken)
    {
        var name = NameOf(ActorStore(services));
        SharedScheduler shared;
        lock (_gate)
        {
            if (!_schedulers.TryGetValue(name, out shared!))
            {
                var store = CreateStore(services, ActorStore(services));
                var scheduler = new Scheduler(store, services.Time, services.Options.NewId, services.Loggers.CreateLogger<Scheduler>());
                _schedulers[name] = shared = new SharedScheduler(name, scheduler, Task.Run(() => scheduler.StartAsync(cancellationToken), CancellationToken.None));
            }

            shared.Users++;
        }

        try
        {
            await shared.Started;
            return shared.Scheduler;
        }
        catch
        {
            await ReleaseAsync(shared.Scheduler);
            throw;
        }
    }

    /// <summary>Gives a scheduler back.</summary>
    public async Task ReleaseAsync(Scheduler scheduler)
    {
        lock (_gate)
        {
            var shared = _schedulers.Values.First(one => one.Scheduler == scheduler);
            if (--shared.Users > 0)
            {
                return;
            }

            _schedulers.Remove(shared.Name);
        }

        await scheduler.DisposeAsync();
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

    private sealed record SharedScheduler(string Name, Scheduler Scheduler, Task Started)
    {
        public int Users { get; set; }
    }
}
