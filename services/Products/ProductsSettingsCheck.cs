using Products.Reservations;
using ServiceDefaults;

namespace Products;

/// <summary>The ranges that the options' documentation names.</summary>
internal sealed class ProductsSettingsCheck : ISettingsCheck
{
    public void Check(IConfiguration configuration, SettingErrors errors)
    {
        const string section = ReservationOptions.Section;
        errors.RequireRange(configuration, $"{section}:{nameof(ReservationOptions.LifetimeSeconds)}", 1, 86_400, "seconds");
        errors.RequireRange(configuration, $"{section}:{nameof(ReservationOptions.SweepIntervalSeconds)}", 1, 3_600, "seconds");
        errors.RequireRange(configuration, $"{section}:{nameof(ReservationOptions.SweepBatch)}", 1, 1_000, "reservations");
    }
}
