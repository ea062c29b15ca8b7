using Dapr.Workflow;
using Microsoft.Extensions.DependencyInjection;
using Workflows.Compensation;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows;

/// <summary>Registers the order saga with the service that hosts it.</summary>
public static class OrderSagaRegistration
{
    /// <summary>Adds the workflows and their activities. The host adds its <see cref="Ledger.IOrderLedger"/> and <see cref="IStepClient"/>.</summary>
    public static IServiceCollection AddOrderSaga(this IServiceCollection services) => services.AddDaprWorkflow(Register);

    internal static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<OrderSaga>();
        options.RegisterWorkflow<OrderCancellation>();
        options.RegisterWorkflow<LeftoverUndos>();
        options.RegisterActivity<ValidateUser>();
        options.RegisterActivity<ReserveStock>();
        options.RegisterActivity<MarkReserved>();
        options.RegisterActivity<ProcessPayment>();
        options.RegisterActivity<ConfirmStock>();
        options.RegisterActivity<MarkPaid>();
        options.RegisterActivity<StartCompensation>();
        options.RegisterActivity<ReturnStock>();
        options.RegisterActivity<RefundPayment>();
        options.RegisterActivity<ReleaseStock>();
        options.RegisterActivity<RequireIntervention>();
        options.RegisterActivity<MarkCancelled>();
    }
}
