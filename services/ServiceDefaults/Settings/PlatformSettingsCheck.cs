using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace ServiceDefaults;

/// <summary>The settings that every service has.</summary>
internal sealed class PlatformSettingsCheck(IHostEnvironment environment) : ISettingsCheck
{
    public void Check(IConfiguration configuration, SettingErrors errors)
    {
        foreach (var port in new[] { "APP_PORT", "DAPR_HTTP_PORT", "DAPR_GRPC_PORT" })
        {
            if (configuration[port] is { Length: > 0 } value && !(int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536))
            {
                errors.Add(port, $"is '{value}'", "a port from 1 to 65535");
            }
        }

        if (string.IsNullOrWhiteSpace(configuration["APP_API_TOKEN"]))
        {
            errors.Add("APP_API_TOKEN", "is missing", "the token with which the sidecar proves itself, the same as in the sidecar's environment");
        }

        if (configuration["Demo:Seed"] is { Length: > 0 } seed)
        {
            CheckSeed(seed, errors);
        }
    }

    private void CheckSeed(string seed, SettingErrors errors)
    {
        if (!bool.TryParse(seed, out var on))
        {
            errors.Add("Demo:Seed", $"is '{seed}'", "true or false");
        }
        else if (on && environment.IsProduction())
        {
            errors.Add("Demo:Seed", "is on in production", "false, or another environment in ASPNETCORE_ENVIRONMENT");
        }
    }
}
