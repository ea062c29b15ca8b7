using Microsoft.AspNetCore.Mvc;
using ServiceDefaults;

namespace Products.Catalogue;

/// <summary>The catalogue: read by anyone, written by operators.</summary>
internal static class ProductEndpoints
{
    private const int MostIds = 100;
    private const string Route = "/api/v1/products";

    public static IEndpointRouteBuilder MapCatalogue(this IEndpointRouteBuilder app)
    {
        app.MapGet(Route, ListAsync);
        app.MapGet(Route + "/{id}", GetAsync);
        app.MapPost(Route + ":batchGet", BatchGetAsync);
        app.MapGet("/api/v1/categories", CategoriesAsync);
        app.MapPost(Route, CreateAsync).RequireRole(Roles.Operator);
        app.MapPut(Route + "/{id}", UpdateAsync).RequireRole(Roles.Operator);
        app.MapDelete(Route + "/{id}", DeleteAsync).RequireRole(Roles.Operator);
        return app;
    }

    private static async Task<IResult> ListAsync(HttpRequest request, Page page, RequestContext context, ProductReader products, CancellationToken ct)
    {
        var validation = new Validation();
        var search = ProductSearch.Read(request.Query, validation);
        return validation.Failed ? validation.ToResult() : Results.Ok(await products.SearchAsync(context, search, page, ct));
    }

    private static async Task<IResult> GetAsync(
        Guid id, [FromHeader(Name = "If-None-Match")] string? ifNoneMatch, RequestContext context, HttpResponse response, ProductReader products, CancellationToken ct)
    {
        if (await products.FindAsync(context, id, ct) is not { } product)
        {
            return Problems.NotFound();
        }

        response.Headers.ETag = ProductVersion.ETag(product);
        return ifNoneMatch == ProductVersion.ETag(product)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Ok(ProductView.Of(product, context));
    }

    private static async Task<IResult> BatchGetAsync(ProductIds request, RequestContext context, ProductReader products, CancellationToken ct)
    {
        if (request.Ids is null || request.Ids.Count is < 1 or > MostIds)
        {
            return Problems.Invalid("ids", $"must hold 1 to {MostIds} product ids");
        }

        var ids = request.Ids.Distinct().ToArray();
        var found = (await products.FindAsync(context, ids, ct)).ToDictionary(product => product.Id);
        return Results.Ok(new
        {
            items = ids.Where(found.ContainsKey).Select(id => ProductView.Of(found[id], context)).ToArray(),
            missing = ids.Where(id => !found.ContainsKey(id)).ToArray(),
        });
    }

    private static async Task<IResult> CategoriesAsync(Page page, RequestContext context, ProductReader products, CancellationToken ct) =>
        Results.Ok(await products.CategoriesAsync(context, page, ct));

    private static async Task<IResult> CreateAsync(
        ProductInput input, RequestContext context, HttpResponse response, ProductWriter products, CancellationToken ct)
    {
        var validation = input.ValidateForCreation();
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        if (await products.CreateAsync(context, input, ct) is not { } product)
        {
            return Problems.Of(Codes.AlreadyExists, $"A product with SKU {input.Sku} exists already.");
        }

        response.Headers.ETag = ProductVersion.ETag(product);
        return Results.Created($"{Route}/{product.Id}", ProductView.Of(product, context));
    }

    private static async Task<IResult> UpdateAsync(
        Guid id,
        ProductInput input,
        [FromHeader(Name = "If-Match")] string? ifMatch,
        RequestContext context,
        HttpResponse response,
        ProductWriter products,
        CancellationToken ct)
    {
        var validation = input.ValidateForUpdate();
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        var change = await products.UpdateAsync(context, id, input, ifMatch, ct);
        if (change.Product is not { } product)
        {
            return NotChanged(change);
        }

        response.Headers.ETag = ProductVersion.ETag(product);
        return Results.Ok(ProductView.Of(product, context));
    }

    private static async Task<IResult> DeleteAsync(
        Guid id, [FromHeader(Name = "If-Match")] string? ifMatch, RequestContext context, ProductWriter products, CancellationToken ct)
    {
        var change = await products.DeleteAsync(context, id, ifMatch, ct);
        return change.Product is null ? NotChanged(change) : Results.NoContent();
    }

    private static IResult NotChanged(ProductChange change) =>
        change.Found ? Problems.Of(Codes.VersionConflict, "The product was changed since it was read.") : Problems.NotFound();
}
