using ServiceDefaults;
using Users.Login;
using Users.Passwords;
using Users.Tokens;

namespace Users;

/// <summary>The ranges that the options' documentation names.</summary>
internal sealed class UsersSettingsCheck : ISettingsCheck
{
    public void Check(IConfiguration configuration, SettingErrors errors)
    {
        errors.RequireRange(configuration, $"{PasswordOptions.Section}:{nameof(PasswordOptions.Iterations)}", 100_000, 10_000_000, "rounds");
        errors.RequireRange(configuration, $"{PasswordOptions.Section}:{nameof(PasswordOptions.QueueSeconds)}", 1, 60, "seconds");
        errors.RequireRange(configuration, $"{TokenOptions.Section}:{nameof(TokenOptions.AccessSeconds)}", 60, 3_600, "seconds");
        errors.RequireRange(configuration, $"{TokenOptions.Section}:{nameof(TokenOptions.RefreshDays)}", 1, 365, "days");
        errors.RequireRange(configuration, $"{LockOptions.Section}:{nameof(LockOptions.Failures)}", 1, 100, "failures");
        errors.RequireRange(configuration, $"{LockOptions.Section}:{nameof(LockOptions.Minutes)}", 1, 1_440, "minutes");
    }
}
