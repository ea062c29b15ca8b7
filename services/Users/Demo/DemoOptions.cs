namespace Users.Demo;

/// <summary>Demonstration data (section <c>Demo</c>).</summary>
internal sealed class DemoOptions
{
    public const string Section = "Demo";

    /// <summary>Whether demonstration data are written at start where they are missing. Default false; every service refuses true in the environment Production.</summary>
    public bool Seed { get; init; }
}
