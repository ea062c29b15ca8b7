using System.Buffers;
using System.Text.Json;
using Dapr.Actors.Client;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>The actors that an app hosts.</summary>
public sealed class ActorRuntime
{
    private readonly ActorRuntimeOptions options;
    private readonly Dictionary<string, ActorTypeRuntime> types = new(StringComparer.Ordinal);

    internal ActorRuntime(ActorRuntimeOptions options, ILoggerFactory loggerFactory, ActorActivatorFactory activatorFactory, IActorProxyFactory proxyFactory, TimeProvider time)
    {
        this.options = options;
        var sidecar = new ActorSidecar(handler: null, options.HttpEndpoint, options.DaprApiToken, timeout: null);
        var environment = new ActorTestOptions
        {
            LoggerFactory = loggerFactory,
            JsonSerializerOptions = options.JsonSerializerOptions,
            ProxyFactory = proxyFactory,
            TimerManager = new SidecarTimerManager(sidecar),
        };
        foreach (var registration in options.Actors)
        {
            var activator = registration.Activator ?? activatorFactory.CreateActivator(registration.Type);
            types[registration.Type.ActorTypeName] = new ActorTypeRuntime(registration, activator, sidecar, environment, options.UseJsonSerialization, time);
        }
    }

    /// <summary>The types.</summary>
    public IReadOnlyList<ActorRegistration> RegisteredActors => options.Actors;

    /// <summary>The actors of a type.</summary>
    /// <exception cref="InvalidOperationException">The app does not host it.</exception>
    internal ActorTypeRuntime Type(string name) =>
        types.TryGetValue(name, out var type) ? type : throw new InvalidOperationException($"Actor type {name} is not registered with Actor runtime.");

    /// <summary>The answer to <c>GET /dapr/config</c>.</summary>
    internal byte[] Configuration()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteTypes(writer, RegisteredActors);
            WriteSettings(writer, options);
            if (RegisteredActors.Any(actor => actor.TypeOptions is not null))
            {
                writer.WriteStartArray("entitiesConfig");
                foreach (var actor in RegisteredActors.Where(actor => actor.TypeOptions is not null))
                {
                    writer.WriteStartObject();
                    WriteTypes(writer, [actor]);
                    WriteSettings(writer, actor.TypeOptions!);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTypes(Utf8JsonWriter writer, IEnumerable<ActorRegistration> actors)
    {
        writer.WriteStartArray("entities");
        foreach (var actor in actors)
        {
            writer.WriteStringValue(actor.Type.ActorTypeName);
        }

        writer.WriteEndArray();
    }

    private static void WriteSettings(Utf8JsonWriter writer, ActorRuntimeOptions settings)
    {
        Write("actorIdleTimeout", settings.ActorIdleTimeout);
        Write("actorScanInterval", settings.ActorScanInterval);
        Write("drainOngoingCallTimeout", settings.DrainOngoingCallTimeout);
        if (settings.DrainRebalancedActors)
        {
            writer.WriteBoolean("drainRebalancedActors", true);
        }

        if (settings.RemindersStoragePartitions is { } partitions)
        {
            writer.WriteNumber("remindersStoragePartitions", partitions);
        }

        writer.WriteStartObject("reentrancy");
        writer.WriteBoolean("enabled", settings.ReentrancyConfig.Enabled);
        if (settings.ReentrancyConfig.MaxStackDepth is { } depth)
        {
            writer.WriteNumber("maxStackDepth", depth);
        }

        writer.WriteEndObject();

        void Write(string name, TimeSpan? duration)
        {
            if (duration is { } given)
            {
                writer.WriteString(name, DaprDuration.Write(given));
            }
        }
    }
}
