using Microsoft.Extensions.Options;
using Orders.Cancelling;
using Orders.Model;
using Orders.Placing;
using Orders.Reading;
using Orders.Sagas;
using ServiceDefaults;
using Workflows;
using Workflows.Ledger;
using Workflows.Steps;

namespace Orders;

/// <summary>What the service is made of.</summary>
internal static class OrdersModule
{
    public static WebApplicationBuilder AddOrders(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<SagaOptions>().BindConfiguration(SagaOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SagaOptions>, SagaOptionsValidation>();
        services.AddSingleton<OrderTable>().AddSingleton<OrderEvents>().AddSingleton<OrderReader>();
        services.AddSingleton<OrderInformation>().AddSingleton<OrderPlacement>().AddSingleton<OrderWaiting>().AddSingleton<OrderCancelling>();
        services.AddSingleton<SagaTable>().AddSingleton<OrderSettlements>();
        services.AddSingleton<IOrderLedger, OrderLedger>().AddSingleton<IStepClient, StepClient>();
        services.AddSingleton<ISagaWorkflows, SagaWorkflows>().AddSingleton<SagaRecovery>().AddSingleton<SagaSweep>();
        services.AddSingleton<IOutboxHandler, WorkflowOutboxHandler>();
        services.AddHostedService<SagaSweepJob>();
        services.AddOrderSaga();
        return builder;
    }

    public static void MapOrders(this IEndpointRouteBuilder app) => app.MapPlacing().MapReading().MapCancelling();
}
