using System.Text.Json;
using Dapr.DurableTask.Protobuf;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>The workflow that does what its <see cref="Plan"/> says.</summary>
internal static class PlanWorkflow
{
    public const string Name = "Plan";

    public static IEnumerable<WorkflowAction> Turn(IReadOnlyList<HistoryEvent> events) =>
        ScriptedTurn.Run(events, (context, input) => RunAsync(context, JsonSerializer.Deserialize<PlanRun>(input)!));

    private static async Task<string> RunAsync(ScriptedTurn context, PlanRun run)
    {
        var (plan, scope, before) = run;
        if (plan.Kind != PlanKind.Again)
        {
            return await DoAsync(context, plan, scope);
        }

        var result = before + await DoAsync(context, plan.Items[0], Plan.Round(scope, plan.Number));
        if (plan.Number > 1)
        {
            context.ContinueAsNew(JsonSerializer.Serialize(run with { Plan = plan with { Number = plan.Number - 1 }, Before = result }));
        }

        return result;
    }

    private static async Task<string> DoAsync(ScriptedTurn context, Plan plan, string scope)
    {
        switch (plan.Kind)
        {
            case PlanKind.Activity:
                return await context.CallActivityAsync(SimulatedApp.Do, plan.Key + scope);
            case PlanKind.Retries:
                return await RetryAsync(context, plan, scope);
            case PlanKind.Timer:
                await context.CreateTimer(plan.Number);
                return "fired";
            case PlanKind.Event:
                return await context.WaitForEventAsync(plan.Key + scope);
            case PlanKind.Timeout:
                await Task.WhenAny(context.WaitForEventAsync(plan.Key + scope), context.CreateTimer(plan.Number));
                return "too late";
            case PlanKind.Series:
                return await SeriesAsync(context, plan, scope);
            case PlanKind.Parallel:
                return $"({string.Join(',', await Task.WhenAll(plan.Items.Select(item => DoAsync(context, item, scope))))})";
            case PlanKind.Child:
                return $"[{await context.CallChildAsync(Name, $"{context.InstanceId}-{plan.Key}{scope}", JsonSerializer.Serialize(new PlanRun(plan.Items[0], scope)))}]";
            case PlanKind.Compensation:
                return await CompensateAsync(context, plan, scope);
            default:
                throw new InvalidOperationException($"{plan.Kind} is no part of a workflow.");
        }
    }

    private static async Task<string> SeriesAsync(ScriptedTurn context, Plan plan, string scope)
    {
        var results = new List<string>();
        foreach (var item in plan.Items)
        {
            results.Add(await DoAsync(context, item, scope));
        }

        return $"({string.Join(',', results)})";
    }

    private static async Task<string> RetryAsync(ScriptedTurn context, Plan plan, string scope)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await context.CallActivityAsync(attempt <= plan.Number ? SimulatedApp.DoAndFail : SimulatedApp.Do, plan.Key + scope);
            }
            catch (ScriptedFailureException)
            {
                await context.CreateTimer(100 << attempt);
            }
        }
    }

    private static async Task<string> CompensateAsync(ScriptedTurn context, Plan plan, string scope)
    {
        var done = new Stack<string>();
        foreach (var item in plan.Items)
        {
            done.Push(await context.CallActivityAsync(SimulatedApp.Do, item.Key + scope));
        }

        try
        {
            return await context.CallActivityAsync(SimulatedApp.Refuse, plan.Key + scope);
        }
        catch (ScriptedFailureException)
        {
            foreach (var key in done)
            {
                await context.CallActivityAsync(SimulatedApp.Do, Plan.Undo(key));
            }

            return $"undone {string.Join(',', done)}";
        }
    }
}
