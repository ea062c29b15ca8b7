using Products.Catalogue;
using ServiceDefaults;

namespace Products.Prices;

/// <summary>The prices that an order is made with; a product that is not for sale is missing.</summary>
internal static class PriceEndpoints
{
    private const int MostIds = 100;

    public static IEndpointRouteBuilder MapPrices(this IEndpointRouteBuilder app)
    {
        app.MapInternal("/internal/v1").MapPost("/products:prices", PricesAsync);
        return app;
    }

    // A read, so that a repeat may see a newer price: the caller reads once and fixes what it read with the order.
    private static async Task<IResult> PricesAsync(ProductIds request, RequestContext context, ProductReader products, CancellationToken ct)
    {
        if (request.Ids is null || request.Ids.Count is < 1 or > MostIds)
        {
            return Problems.Invalid("ids", $"must hold 1 to {MostIds} product ids");
        }

        var ids = request.Ids.Distinct().ToArray();
        var active = (await products.FindAsync(context, ids, ct)).Where(product => product.Status == ProductInput.Active).ToArray();
        return Results.Ok(new
        {
            outcome = "done",
            items = active.Select(product => new { productId = product.Id, product.Price, product.Currency }).ToArray(),
            missing = ids.Except(active.Select(product => product.Id)).ToArray(),
        });
    }
}
