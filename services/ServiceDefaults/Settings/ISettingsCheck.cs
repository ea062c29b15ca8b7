using Microsoft.Extensions.Configuration;

namespace ServiceDefaults;

/// <summary>Checks settings at start. Register it as a singleton.</summary>
public interface ISettingsCheck
{
    /// <summary>Adds what is wrong.</summary>
    void Check(IConfiguration configuration, SettingErrors errors);
}
