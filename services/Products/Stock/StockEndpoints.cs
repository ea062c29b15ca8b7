using Products.Catalogue;
using ServiceDefaults;

namespace Products.Stock;

/// <summary>Stock as clients see it: availability for anyone, adjustments by operators.</summary>
internal static class StockEndpoints
{
    public static IEndpointRouteBuilder MapStock(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/products:checkAvailability", CheckAsync);
        app.MapPost("/api/v1/products/{id}/stock", AdjustAsync).RequireRole(Roles.Operator);
        return app;
    }

    private static async Task<IResult> CheckAsync(AvailabilityRequest request, RequestContext context, ProductReader products, CancellationToken ct)
    {
        var validation = new Validation();
        StockLineRules.Check(validation, request.Items);
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        var lines = StockLine.InLockOrder(request.Items!);
        var rows = await products.FindAsync(context, [.. lines.Select(line => line.ProductId)], ct);
        var available = rows.Where(row => row.Status == ProductInput.Active).ToDictionary(row => row.Id, row => row.Available);
        var items = lines.Select(line => new
        {
            line.ProductId,
            requested = line.Quantity,
            available = available.GetValueOrDefault(line.ProductId),
            sufficient = available.GetValueOrDefault(line.ProductId) >= line.Quantity,
        }).ToArray();
        return Results.Ok(new { available = items.All(item => item.sufficient), items });
    }

    private static async Task<IResult> AdjustAsync(
        Guid id, StockAdjustment request, RequestContext context, HttpResponse response, StockAdjustments adjustments, CancellationToken ct)
    {
        var validation = request.Validate();
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        var (outcome, product) = await adjustments.ApplyAsync(context, id, request.Delta!.Value, request.Reason!, ct);
        if (outcome == AdjustmentOutcome.Applied)
        {
            response.Headers.ETag = ProductVersion.ETag(product!);
            return Results.Ok(ProductView.Of(product!, context));
        }

        return outcome == AdjustmentOutcome.InsufficientStock
            ? Problems.Of(Codes.InsufficientStock, $"{product!.Available} units are available.")
            : Problems.NotFound();
    }
}
