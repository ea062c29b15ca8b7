using System.Text.Json;
using Sidecar.Api.Http;
using Sidecar.Components;

namespace Sidecar.Actors;

/// <summary>How the actors of a type live, as the app says in <c>GET /dapr/config</c>.</summary>
/// <param name="IdleTimeout">An actor without a call for so long is deactivated; default 1 h.</param>
/// <param name="DrainTimeout">How long a call under way may last when the actor moves to another host; default 2 s.</param>
/// <param name="DrainRebalanced">Whether a moving actor waits for its call at all; default true.</param>
/// <param name="Reentrant">Whether a call may come back to the actor that it came from; default false.</param>
/// <param name="MaxStackDepth">The deepest chain of reentrant calls; default 32.</param>
internal sealed record ActorSettings(TimeSpan IdleTimeout, TimeSpan DrainTimeout, bool DrainRebalanced, bool Reentrant, int MaxStackDepth)
{
    private const int DefaultStackDepth = 32;

    /// <summary>What holds when the app says nothing.</summary>
    public static ActorSettings Default { get; } = new(TimeSpan.FromHours(1), TimeSpan.FromSeconds(2), true, false, DefaultStackDepth);

    /// <summary>The actor types of a configuration with their settings; a type of <c>entitiesConfig</c> takes nothing from the general part.</summary>
    public static IReadOnlyDictionary<string, ActorSettings> Read(JsonElement configuration, Action<string> warn)
    {
        var types = new Dictionary<string, ActorSettings>(StringComparer.Ordinal);
        if (configuration.ValueKind != JsonValueKind.Object)
        {
            return types;
        }

        var general = ReadPart(configuration, warn);
        foreach (var type in Types(configuration))
        {
            types[type] = general;
        }

        if (GoJson.Member(configuration, "entitiesConfig") is { ValueKind: JsonValueKind.Array } parts)
        {
            foreach (var part in parts.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.Object))
            {
                var settings = ReadPart(part, warn);
                foreach (var type in Types(part))
                {
                    if (!types.ContainsKey(type))
                    {
                        warn($"entitiesConfig names the actor type '{type}', which entities does not");
                        continue;
                    }

                    types[type] = settings;
                }
            }
        }

        return types;
    }

    private static IEnumerable<string> Types(JsonElement part) => GoJson.Member(part, "entities") is { ValueKind: JsonValueKind.Array } entities
        ? entities.EnumerateArray().Where(entity => entity.ValueKind == JsonValueKind.String).Select(entity => entity.GetString()!).Where(type => type.Length > 0)
        : [];

    private static ActorSettings ReadPart(JsonElement part, Action<string> warn)
    {
        var reentrancy = GoJson.Member(part, "reentrancy") is { ValueKind: JsonValueKind.Object } given ? given : default;
        var depth = reentrancy.ValueKind == JsonValueKind.Object && GoJson.Member(reentrancy, "maxStackDepth") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var most) ? most : DefaultStackDepth;
        return new ActorSettings(
            Duration("actorIdleTimeout", Default.IdleTimeout),
            Duration("drainOngoingCallTimeout", Default.DrainTimeout),
            GoJson.Member(part, "drainRebalancedActors") is not { ValueKind: JsonValueKind.False },
            reentrancy.ValueKind == JsonValueKind.Object && GoJson.Member(reentrancy, "enabled") is { ValueKind: JsonValueKind.True },
            depth);

        TimeSpan Duration(string name, TimeSpan fallback)
        {
            if (GoJson.Member(part, name) is not { ValueKind: JsonValueKind.String } text || text.GetString() is not { Length: > 0 } value)
            {
                return fallback;
            }

            if (GoDuration.TryParse(value, out var duration))
            {
                return duration;
            }

            warn($"{name} is '{value}'; it takes a duration like 30s or 1h; {Schedules.GoText.Duration(fallback)} counts");
            return fallback;
        }
    }
}
