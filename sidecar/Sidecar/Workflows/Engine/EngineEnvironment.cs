using Microsoft.Extensions.Logging;
using Sidecar.Telemetry;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// What an engine takes from its surroundings besides the store. Invariant: with an environment of its own (a clock, ids and a scheduler
/// that runs one task at a time) an engine does the same things in the same order each time, so that a run can be repeated from a seed.
/// Therefore nothing in the engine asks the system for the time, makes ids or starts tasks but through this, and every wait goes on
/// where it began (no <c>ConfigureAwait(false)</c>, no asynchronous cancellation).
/// </summary>
/// <param name="Time">The clock and its timers.</param>
/// <param name="Tracing">Where spans go.</param>
/// <param name="Logger">Where log lines go.</param>
internal sealed record EngineEnvironment(TimeProvider Time, Tracing Tracing, ILogger Logger)
{
    /// <summary>Makes ids of runs and of work items.</summary>
    public Func<string> NewId { get; init; } = static () => Guid.NewGuid().ToString("N");

    /// <summary>The engines of the same run; default: this one is alone.</summary>
    public WorkflowPeers Peers { get; init; } = new();

    /// <summary>Where is counted; null: nowhere.</summary>
    public WorkflowMetrics? Metrics { get; init; }

    /// <summary>Runs the engine's own tasks; default: the thread pool.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>
    /// How the engine's own promises are kept: their continuations run on the thread pool. A scheduler that never runs one inline needs
    /// <see cref="TaskCreationOptions.None"/>, or they would leave it.
    /// </summary>
    public TaskCreationOptions Completion { get; init; } = TaskCreationOptions.RunContinuationsAsynchronously;

    /// <summary>Starts a task of the engine.</summary>
    public Task<T> Run<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Scheduler).Unwrap();

    /// <inheritdoc cref="Run{T}"/>
    public Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Scheduler).Unwrap();
}
