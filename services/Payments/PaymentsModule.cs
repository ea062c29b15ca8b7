using Payments.Charging;
using Payments.Model;
using Payments.PaymentMethods;
using Payments.Processor;
using Payments.Reading;
using Payments.Refunding;

namespace Payments;

/// <summary>What the service is made of.</summary>
internal static class PaymentsModule
{
    public static WebApplicationBuilder AddPayments(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<PaymentMethodTable>().AddSingleton<PaymentTable>().AddSingleton<PaymentEvents>().AddSingleton<PaymentLeases>().AddSingleton<PaymentReader>();
        services.AddSingleton<IProcessor, ProcessorClient>().AddSingleton<Holds>();
        services.AddSingleton<PaymentBook>().AddSingleton<Charge>().AddSingleton<Refund>().AddSingleton<PaymentSteps>().AddSingleton<OperatorRefunds>();
        return builder;
    }

    public static void MapPayments(this IEndpointRouteBuilder app) => app.MapPaymentMethods().MapPaymentSteps().MapPaymentReading().MapRefunds();
}
