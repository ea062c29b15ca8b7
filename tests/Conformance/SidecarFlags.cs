using System.Text.Json.Nodes;
using Sidecar;

namespace Conformance;

/// <summary>daprd's flags and environment of a scenario as options of the embedded sidecar.</summary>
internal static class SidecarFlags
{
    /// <summary>Applies `flags` and `env`.</summary>
    public static SidecarOptions Apply(SidecarOptions options, JsonObject setup, Placeholders placeholders)
    {
        if (setup["env"] is JsonObject env)
        {
            var environment = options.Environment.ToDictionary(StringComparer.Ordinal);
            foreach (var (name, value) in env)
            {
                environment[name] = placeholders.Fill(value!.GetValue<string>());
            }

            options = options with { Environment = environment, ApiToken = environment.GetValueOrDefault("DAPR_API_TOKEN"), AppApiToken = environment.GetValueOrDefault("APP_API_TOKEN") };
        }

        var flags = (setup["flags"] as JsonArray ?? []).Select(flag => placeholders.Fill(flag!.ToString())).ToArray();
        return flags.Length == 0 ? options : throw new NotReplayableException($"flags {string.Join(' ', flags)}");
    }
}
