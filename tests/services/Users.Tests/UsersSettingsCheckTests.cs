using Microsoft.Extensions.Configuration;
using ServiceDefaults;

namespace Users.Tests;

public sealed class UsersSettingsCheckTests
{
    [Fact]
    public void Check_ValuesOutOfRange_AreAllNamed()
    {
        var errors = Errors(("Passwords:Iterations", "1000"), ("Tokens:AccessSeconds", "soon"), ("LoginLock:Failures", "0"));

        errors.Should().HaveCount(3);
        errors.Should().Contain("Passwords:Iterations is '1000'; accepted: 100000 to 10000000 rounds.");
    }

    [Fact]
    public void Check_NothingGivenOrInRange_Passes()
    {
        Errors().Should().BeEmpty();
        Errors(("Passwords:Iterations", "600000"), ("Tokens:RefreshDays", "7")).Should().BeEmpty();
    }

    private static IReadOnlyList<string> Errors(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value))).Build();
        var errors = new SettingErrors();
        new UsersSettingsCheck().Check(configuration, errors);
        return errors.All;
    }
}
