namespace Dapr.Workflow.Testing.Tests.Guide;

/// <summary>The workflow of the guide in docs/testing.md: a day after it was started it sends a mail.</summary>
internal sealed class Reminder : Workflow<string, string>
{
    private static readonly WorkflowTaskOptions ThreeAttempts = new(new WorkflowRetryPolicy(3, TimeSpan.FromHours(1)));

    public override async Task<string> RunAsync(WorkflowContext context, string input)
    {
        await context.CreateTimer(TimeSpan.FromDays(1));
        await context.CallActivityAsync<bool>("SendMail", input, ThreeAttempts);
        return "reminded";
    }
}
