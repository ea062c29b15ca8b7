namespace Users.Tests;

/// <summary>One running service for all classes of this project.</summary>
[CollectionDefinition(Name)]
public sealed class UsersCollection : ICollectionFixture<UsersFixture>
{
    public const string Name = "users";
}
