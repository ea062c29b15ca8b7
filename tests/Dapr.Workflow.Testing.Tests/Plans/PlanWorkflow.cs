namespace Dapr.Workflow.Testing.Tests.Plans;

/// <summary>The workflow that does what its <see cref="Plan"/> says.</summary>
internal sealed class PlanWorkflow : Workflow<PlanRun, string>
{
    public override async Task<string> RunAsync(WorkflowContext context, PlanRun input)
    {
        var (plan, scope, before) = input;
        if (plan.Kind != PlanKind.Again)
        {
            return await DoAsync(context, plan, scope);
        }

        var result = before + await DoAsync(context, plan.Items[0], Plan.Round(scope, plan.Number));
        if (plan.Number > 1)
        {
            context.ContinueAsNew(input with { Plan = plan with { Number = plan.Number - 1 }, Before = result });
        }

        return result;
    }

    private static async Task<string> DoAsync(WorkflowContext context, Plan plan, string scope)
    {
        switch (plan.Kind)
        {
            case PlanKind.Activity:
                return await context.CallActivityAsync<string>(PlanApp.Do, plan.Key + scope, In(plan));
            case PlanKind.Retries:
                return await RetryAsync(context, plan, scope);
            case PlanKind.Timer:
                await context.CreateTimer(TimeSpan.FromMilliseconds(plan.Number));
                return "fired";
            case PlanKind.Event:
                return await context.WaitForExternalEventAsync<string>(plan.Key + scope);
            case PlanKind.Timeout:
                return await TimeOutAsync(context, plan, scope);
            case PlanKind.Series:
                return await SeriesAsync(context, plan, scope);
            case PlanKind.Parallel:
                return $"({string.Join(',', await Task.WhenAll(plan.Items.Select(item => DoAsync(context, item, scope))))})";
            case PlanKind.Child:
                return $"[{await context.CallChildWorkflowAsync<string>(nameof(PlanWorkflow), new PlanRun(plan.Items[0], scope), new ChildWorkflowTaskOptions($"{context.InstanceId}-{plan.Key}{scope}", TargetAppId: plan.App))}]";
            case PlanKind.Compensation:
                return await CompensateAsync(context, plan, scope);
            default:
                throw new InvalidOperationException($"{plan.Kind} is no part of a workflow.");
        }
    }

    private static WorkflowTaskOptions In(Plan plan) => new(TargetAppId: plan.App);

    private static async Task<string> SeriesAsync(WorkflowContext context, Plan plan, string scope)
    {
        var results = new List<string>();
        foreach (var item in plan.Items)
        {
            results.Add(await DoAsync(context, item, scope));
        }

        return $"({string.Join(',', results)})";
    }

    private static async Task<string> TimeOutAsync(WorkflowContext context, Plan plan, string scope)
    {
        try
        {
            return await context.WaitForExternalEventAsync<string>(plan.Key + scope, TimeSpan.FromMilliseconds(plan.Number));
        }
        catch (TaskCanceledException)
        {
            return "too late";
        }
    }

    private static async Task<string> RetryAsync(WorkflowContext context, Plan plan, string scope)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await context.CallActivityAsync<string>(attempt <= plan.Number ? PlanApp.DoAndFail : PlanApp.Do, plan.Key + scope, In(plan));
            }
            catch (WorkflowTaskFailedException)
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(100 << attempt));
            }
        }
    }

    private static async Task<string> CompensateAsync(WorkflowContext context, Plan plan, string scope)
    {
        var done = new Stack<string>();
        foreach (var item in plan.Items)
        {
            done.Push(await context.CallActivityAsync<string>(PlanApp.Do, item.Key + scope, In(item)));
        }

        try
        {
            return await context.CallActivityAsync<string>(PlanApp.Refuse, plan.Key + scope);
        }
        catch (WorkflowTaskFailedException)
        {
            foreach (var key in done)
            {
                await context.CallActivityAsync<string>(PlanApp.Do, Plan.Undo(key));
            }

            return $"undone {string.Join(',', done)}";
        }
    }
}
