using PaymentProcessor.Authorizations;
using PaymentProcessor.Tokens;

namespace PaymentProcessor;

/// <summary>What the simulated processor is made of.</summary>
internal static class PaymentProcessorModule
{
    public static WebApplicationBuilder AddPaymentProcessor(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ProcessorOptions>().BindConfiguration(ProcessorOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddDaprClient();
        builder.Services.AddSingleton<AuthorizationLedger>().AddSingleton<AuthorizationDesk>();
        return builder;
    }

    public static void MapPaymentProcessor(this IEndpointRouteBuilder app) => app.MapTokens().MapAuthorizations();
}
