using EndToEnd.Engines;

namespace EndToEnd;

/// <summary>A test of a command that only the embedded engine has.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EmbeddedFactAttribute : FactAttribute
{
    /// <summary>Decides at discovery.</summary>
    public EmbeddedFactAttribute()
    {
        if (ExistingPlatform.Address is not null || Environment.GetEnvironmentVariable("ENGINE") is not (null or "" or "embedded"))
        {
            Skip = "needs the embedded engine";
        }
    }
}
