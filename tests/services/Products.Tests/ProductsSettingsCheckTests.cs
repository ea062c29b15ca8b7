using Microsoft.Extensions.Configuration;
using ServiceDefaults;

namespace Products.Tests;

public sealed class ProductsSettingsCheckTests
{
    [Fact]
    public void Check_ValuesOutOfRange_AreAllNamed()
    {
        var errors = Errors(("Reservations:LifetimeSeconds", "0"), ("Reservations:SweepIntervalSeconds", "often"), ("Reservations:SweepBatch", "-1"));

        errors.Should().HaveCount(3);
        errors.Should().Contain("Reservations:LifetimeSeconds is '0'; accepted: 1 to 86400 seconds.");
    }

    [Fact]
    public void Check_NothingGivenOrInRange_Passes()
    {
        Errors().Should().BeEmpty();
        Errors(("Reservations:LifetimeSeconds", "60")).Should().BeEmpty();
    }

    private static IReadOnlyList<string> Errors(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value))).Build();
        var errors = new SettingErrors();
        new ProductsSettingsCheck().Check(configuration, errors);
        return errors.All;
    }
}
