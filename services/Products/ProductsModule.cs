using Microsoft.Extensions.Options;
using Products.Catalogue;
using Products.Demo;
using Products.Prices;
using Products.Reservations;
using Products.Stock;

namespace Products;

/// <summary>What the service is made of.</summary>
internal static class ProductsModule
{
    public static WebApplicationBuilder AddProducts(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ReservationOptions>().BindConfiguration(ReservationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<DemoOptions>().BindConfiguration(DemoOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DemoOptions>, DemoOptionsValidation>();
        services.AddSingleton<ProductReader>().AddSingleton<ProductWriter>().AddSingleton<ProductEvents>();
        services.AddSingleton<StockBook>().AddSingleton<StockEvents>().AddSingleton<StockAdjustments>();
        services.AddSingleton<ReservationTable>().AddSingleton<ReservationSteps>().AddSingleton<ReservationSweep>();
        services.AddHostedService<DemoSeed>();
        services.AddHostedService<ReservationSweepJob>();
        return builder;
    }

    public static void MapProducts(this IEndpointRouteBuilder app) => app.MapCatalogue().MapStock().MapReservations().MapPrices();
}
