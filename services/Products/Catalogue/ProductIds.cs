namespace Products.Catalogue;

/// <summary>Body of calls that ask for several products.</summary>
internal sealed record ProductIds(IReadOnlyList<Guid>? Ids = null);
