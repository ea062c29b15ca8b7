using ServiceDefaults;

namespace Gateway;

/// <summary>Everything that can be wrong with the gateway's own settings.</summary>
internal sealed class GatewaySettingsCheck : ISettingsCheck
{
    public void Check(IConfiguration configuration, SettingErrors errors)
    {
        RateLimitOptions.Check(configuration, errors);
        ApiKeyStore.Check(configuration, errors);
        BreakerOptions.Check(configuration, errors);
        ForwardingOptions.Check(configuration, errors);
    }
}
