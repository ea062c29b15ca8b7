namespace Dapr.Workflow.Testing.Scheduling;

/// <summary>
/// Runs tasks one at a time on the calling thread. Which of the ready ones is next is drawn from the seed; when none is ready the clock
/// moves on. The same seed gives the same run, whatever else the machine does.
/// </summary>
internal sealed class SimulationScheduler(Random random, VirtualTime time) : TaskScheduler
{
    private const int MaxSteps = 5_000_000;
    private readonly List<Task> _ready = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public override int MaximumConcurrencyLevel => 1;

    private volatile string? _escaped;

    /// <summary>Tasks run so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Runs until the given work has ended.</summary>
    public void Run(Func<Task> work)
    {
        // A test runner's context would take every continuation away from the scheduler.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            RunAll(work);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    protected override void QueueTask(Task task)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _escaped ??= Environment.StackTrace;
        }

        _ready.Add(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _ready;

    private void RunAll(Func<Task> work)
    {
        var main = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();
        while (!main.IsCompleted)
        {
            if (_escaped is not null)
            {
                throw new InvalidOperationException($"Something in the simulation ran on a thread of its own: {_escaped}");
            }

            if (Steps++ > MaxSteps)
            {
                throw new TimeoutException($"The simulation does not end; it is at {time.GetUtcNow():O}.");
            }

            if (_ready.Count > 0)
            {
                var next = random.Next(_ready.Count);
                var task = _ready[next];
                _ready[next] = _ready[^1];
                _ready.RemoveAt(_ready.Count - 1);
                TryExecuteTask(task);
            }
            else if (!time.Next() && !SpinWait.SpinUntil(() => _escaped is not null, TimeSpan.FromSeconds(1)))
            {
                throw new InvalidOperationException("The simulation hangs: nothing is ready and no timer is set.");
            }
        }

#pragma warning disable VSTHRD002 // it has ended; this throws what it threw
        main.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }
}
