using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ServiceDefaults;

/// <summary>The platform's own source of spans and its meter.</summary>
public static class Telemetry
{
    /// <summary>Name of the source and the meter.</summary>
    public const string Name = "Platform";

    /// <summary>For spans of the platform's own work.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>For metrics; instrument names in Prometheus form, e.g. `orders_created_total`.</summary>
    public static Meter Meter { get; } = new(Name);
}
