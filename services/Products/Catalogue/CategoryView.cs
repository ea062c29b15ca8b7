namespace Products.Catalogue;

/// <summary>A category and how many active products it has.</summary>
internal sealed record CategoryView(string Name, long Products);
