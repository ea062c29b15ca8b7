using ServiceTesting;

namespace ServiceDefaults.Tests;

/// <summary>The probe, started once for the collection.</summary>
public sealed class ProbeFixture() : ServiceFixture<Program>("probe");

[CollectionDefinition(Name)]
public sealed class ProbeCollection : ICollectionFixture<ProbeFixture>
{
    public const string Name = "probe";
}
