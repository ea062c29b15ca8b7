using Dapr.Workflow.Testing.Histories;

namespace Dapr.Workflow.Testing.Tests.Guide;

/// <summary>The samples of docs/testing.md.</summary>
public sealed class ReminderTests
{
    // sample: virtual time
    [Fact]
    public void Reminder_MailIsRefusedTwice_GoesOutTwoHoursLater()
    {
        var attempts = 0;
        var simulation = new WorkflowSimulation(app =>
        {
            app.RegisterWorkflow<Reminder>();
            app.RegisterActivity<string, bool>("SendMail", (_, to) => ++attempts < 3 ? throw new IOException("refused") : Task.FromResult(true));
        });

        var result = simulation.Run(async workflows =>
        {
            await workflows.StartAsync(nameof(Reminder), "r1", "ann@example.org");
            return await workflows.ResultAsync<string>("r1");
        });

        result.Should().Be("reminded");
        simulation.Time.GetUtcNow().Should().Be(WorkflowSimulation.Start.AddDays(1).AddHours(2));
    }

    // sample: crash anywhere
    [Fact]
    public void Reminder_WhateverGoesWrong_SendsTheMail()
    {
        var undisturbed = Run(null);
        foreach (var disturbance in Disturbance.Everywhere(undisturbed.Commits))
        {
            Run(disturbance).History("r1").Steps.Should().Equal(undisturbed.History("r1").Steps, "{0}", disturbance);
        }

        static WorkflowSimulation Run(Disturbance? disturbance)
        {
            var sent = new HashSet<string>();
            var simulation = new WorkflowSimulation(app =>
            {
                app.RegisterWorkflow<Reminder>();
                app.RegisterActivity<string, bool>("SendMail", (context, to) => Task.FromResult(sent.Add(context.TaskExecutionKey)));
            })
            { Disturbance = disturbance, HasLatency = true };
            simulation.Run(async workflows =>
            {
                await workflows.StartAsync(nameof(Reminder), "r1", "ann@example.org");
                await workflows.WaitAsync("r1");
            });
            sent.Should().ContainSingle("an activity keeps its key over crashes and attempts of the engine");
            return simulation;
        }
    }

    // sample: histories
    [Fact]
    public async Task Reminder_InstanceUnderWay_GoesOnWithTodaysCode()
    {
        var history = WorkflowHistory.Parse(await File.ReadAllTextAsync("Guide/reminder.json"));

        (await history.ReplayAsync(app => app.RegisterWorkflow<Reminder>())).Should().BeNull();
    }
}
