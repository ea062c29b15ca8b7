using Dapr.Workflow;
using Workflows.Saga;

namespace Workflows.Steps;

/// <summary>Runs the steps in order until all are done, one is refused, the deadline has passed, or cancellation is asked for.</summary>
internal sealed class ForwardSteps(WorkflowContext context, OrderSagaInput order)
{
    private readonly Task<CancelRequest> _cancel = context.WaitForExternalEventAsync<CancelRequest>(OrderSaga.CancelEvent);
    private readonly Stack<string> _undos = new();
    private Guid? _paymentId;

    /// <summary>The undos of all steps that may have had an effect, last step first.</summary>
    public IReadOnlyList<string> RegisteredUndos => [.. _undos];

    /// <summary>Null when every step is done.</summary>
    public async Task<SagaFailure?> RunAsync()
    {
        foreach (var step in SagaStep.All)
        {
            if (await StopBeforeAsync(step) is { } stopped)
            {
                return stopped;
            }

            if (step.Undo is { } undo)
            {
                _undos.Push(undo);
            }

            if (await RunAsync(step) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    /// <summary>Once the payment is captured, the remaining steps are tried at least once, however late it is.</summary>
    private async Task<SagaFailure?> StopBeforeAsync(SagaStep step) =>
        _cancel.IsCompleted ? await CancelledAsync()
        : _paymentId is null && context.CurrentUtcDateTime >= order.Deadline ? TooLate(step)
        : null;

    private async Task<SagaFailure?> RunAsync(SagaStep step)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (result, permanent) = await AttemptAsync(step, attempt);
            if (result is { Done: true })
            {
                _paymentId ??= result.PaymentId;
                return null;
            }

            if (result is not null)
            {
                return new SagaFailure(CancellationCodes.Public(result.Code, step.RefusedCode), result.Detail ?? $"{step.Name} was refused.");
            }

            if (permanent)
            {
                return new SagaFailure(step.UnavailableCode, $"{step.Name} failed and cannot succeed by being repeated.");
            }

            if (await WaitAsync(step, attempt) is { } stopped)
            {
                return stopped;
            }
        }
    }

    private async Task<(StepResult? Result, bool Permanent)> AttemptAsync(SagaStep step, int attempt)
    {
        try
        {
            return (await context.CallActivityAsync<StepResult>(step.Name, new StepRequest(order, attempt, _paymentId)), false);
        }
        catch (WorkflowTaskFailedException failure)
        {
            return (null, failure.FailureDetails.IsCausedBy<PermanentStepException>());
        }
    }

    private async Task<SagaFailure?> WaitAsync(SagaStep step, int attempt)
    {
        var pause = SagaBackoff.After(attempt, $"{order.OrderId}:{step.Key}");
        if (context.CurrentUtcDateTime + pause >= order.Deadline)
        {
            return TooLate(step);
        }

        using var noLonger = new CancellationTokenSource();
        await Task.WhenAny(context.CreateTimer(pause, noLonger.Token), _cancel);
        if (!_cancel.IsCompleted)
        {
            return null;
        }

        // Not CancelAsync: it would go on on another thread, and workflow code must not.
        noLonger.Cancel();
        return await CancelledAsync();
    }

    private async Task<SagaFailure> CancelledAsync() => new(CancellationCodes.CustomerRequest, (await _cancel).Reason);

    private static SagaFailure TooLate(SagaStep step) => new(step.UnavailableCode, $"{step.Name} did not succeed before the order's deadline.");
}
