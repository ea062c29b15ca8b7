using Products.Catalogue;
using Products.Demo;
using Products.Prices;
using Products.Reservations;
using Products.Stock;
using ServiceDefaults;

namespace Products;

/// <summary>What the service is made of.</summary>
internal static class ProductsModule
{
    public static WebApplicationBuilder AddProducts(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ReservationOptions>().BindConfiguration(ReservationOptions.Section);
        services.AddOptions<DemoOptions>().BindConfiguration(DemoOptions.Section);
        services.AddSingleton<ISettingsCheck, ProductsSettingsCheck>();
        services.AddSingleton<ProductReader>().AddSingleton<ProductWriter>().AddSingleton<ProductEvents>();
        services.AddSingleton<StockBook>().AddSingleton<StockEvents>().AddSingleton<StockAdjustments>();
        services.AddSingleton<ReservationTable>().AddSingleton<ReservationSteps>().AddSingleton<ReservationSweep>();
        services.AddHostedService<DemoSeed>();
        services.AddHostedService<ReservationSweepJob>();
        return builder;
    }

    public static void MapProducts(this IEndpointRouteBuilder app) => app.MapCatalogue().MapStock().MapReservations().MapPrices();
}
