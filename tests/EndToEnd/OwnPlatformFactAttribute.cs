using EndToEnd.Engines;

namespace EndToEnd;

/// <summary>A test that stops, kills or reads the data of the platform: skipped when PLATFORM_BASE names somebody else's.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OwnPlatformFactAttribute : FactAttribute
{
    /// <summary>Decides at discovery.</summary>
    public OwnPlatformFactAttribute()
    {
        if (ExistingPlatform.Address is not null)
        {
            Skip = "needs a platform of its own (PLATFORM_BASE is set)";
        }
    }
}
