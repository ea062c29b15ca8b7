namespace Products.Catalogue;

/// <summary>What became of a change: the product, or null when it was not found or (when found) has another version.</summary>
internal sealed record ProductChange(bool Found, ProductRow? Product);
