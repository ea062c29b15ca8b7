namespace Products.Tests;

/// <summary>One running service for all classes of this project.</summary>
[CollectionDefinition(Name)]
public sealed class ProductsCollection : ICollectionFixture<ProductsFixture>
{
    public const string Name = "products";
}
