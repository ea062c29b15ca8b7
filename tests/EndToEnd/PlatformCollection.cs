namespace EndToEnd;

/// <summary>All end-to-end tests share one platform and run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class PlatformCollection : ICollectionFixture<PlatformFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "platform";
}
