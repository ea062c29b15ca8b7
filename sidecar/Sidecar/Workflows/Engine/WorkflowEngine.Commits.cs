using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <content>From a change in memory to what it lets out: commit, and what follows when it is durable or has failed.</content>
internal sealed partial class WorkflowEngine
{
    // A fault within a change may leave half of it in memory; the store has the truth.
    private (T Result, Step? Step) Run<T>(WorkflowInstance instance, Func<WorkflowInstance, (T Result, Step? Step)> change)
    {
        try
        {
            return change(instance);
        }
        catch (Exception e)
        {
            Suspect(instance, e);
            throw;
        }
    }

    /// <summary>An instance cannot go on as it is in memory: it leaves, and is loaded anew later, and later each time. Called under its gate.</summary>
    private void Suspect(WorkflowInstance instance, Exception exception)
    {
        _directory.Discard(instance);
        Log.StepFailed(_logger, exception, instance.Id);
        Observe(WakeLaterAsync(instance.Id, exception.Message));
    }

    private void Loaded(WorkflowInstance instance, IReadOnlyList<Step> steps)
    {
        foreach (var step in steps)
        {
            Observe(Commit(instance, step));
        }

        foreach (var task in instance.WaitingTasks)
        {
            Dispatcher.Enqueue(task);
        }

        Dispatcher.Enqueue(instance);
    }

    private Task Commit(WorkflowInstance instance, Step step)
    {
        instance.StepsUnderWay++;
        instance.LastUsed = _context.Time.GetUtcNow();
        step.Number = ++instance.Steps;
        step.Commit.Chain = instance.Chain;
        HistoryChunk.Pack(step.Commit.History);
        step.Deliveries.ForEach(delivery => _directory.Expect(delivery.Target));
        return instance.LastStep = CompleteAsync(instance, step, _store.CommitAsync(step.Commit));
    }

    private async Task CompleteAsync(WorkflowInstance instance, Step step, Task durable)
    {
        try
        {
            // Never inline: the caller holds the gate.
            await durable.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
        catch (Exception e)
        {
            Failed(instance, step, e);
            throw;
        }

        _quarantine.Release(instance.Id);
        lock (instance.Gate)
        {
            if (--instance.StepsUnderWay == 0)
            {
                instance.LastStep = Task.CompletedTask;
            }

            if (step.Number > instance.Durable.Step && (step.Purged || step.Head is not null))
            {
                instance.Durable = (step.Head, step.Number);
            }

            if (!instance.IsActive || _directory.Count > _context.Options.MaxIdle)
            {
                _directory.TryEvict(instance);
            }
        }

        Release(step, instance.Id);
    }

    private void Release(Step step, string instanceId)
    {
        Enqueue(step.Activities);
        step.Deliveries.ForEach(delivery => Observe(DeliverAsync(delivery)));
        if (step.EarliestTimer is { } earliest)
        {
            _timers.Notify(earliest);
        }

        if (step.Head is { } head)
        {
            Waiters.Publish(head);
        }

        if (step.Purged)
        {
            Waiters.PublishGone(instanceId);
        }
    }

    private void EnqueueTurn(WorkflowInstance instance)
    {
        if (instance.IsPutOff || !instance.CanRun)
        {
            return;
        }

        if (instance.Pause is { Ticks: > 0 } pause)
        {
            instance.IsPutOff = true;
            Observe(EnqueueLaterAsync(instance, pause));
            return;
        }

        Dispatcher.Enqueue(instance);
    }

    private async Task EnqueueLaterAsync(WorkflowInstance instance, TimeSpan pause)
    {
        await Task.Delay(pause, _context.Time, _stop.Token);
        lock (instance.Gate)
        {
            instance.IsPutOff = false;
            if (!instance.Evicted)
            {
                Dispatcher.Enqueue(instance);
            }
        }
    }

    private void Enqueue(List<ActivityTask> activities)
    {
        if (activities.Count > 0)
        {
            lock (activities[0].Instance.Gate)
            {
                activities.ForEach(Dispatcher.Enqueue);
            }
        }
    }

    private void Failed(WorkflowInstance instance, Step step, Exception exception)
    {
        step.Deliveries.ForEach(delivery => _directory.Arrived(delivery.Target));
        lock (instance.Gate)
        {
            if (exception is StoreFencedException or OperationCanceledException)
            {
                _directory.Discard(instance);
            }
            else
            {
                Suspect(instance, exception);
            }
        }

        if (exception is StoreFencedException)
        {
            StopFor(exception.Message);
        }
    }

    private void StopFor(string reason)
    {
        if (Fault is null && !_stop.IsCancellationRequested)
        {
            Fault = reason;
            Log.Fenced(_logger, reason);
            Halt();
        }
    }

    // At once, on this thread: what stops with the engine stops before anything else happens.
    private void Halt()
    {
        try
        {
            _stop.Cancel();
        }
        catch (AggregateException e)
        {
            // All have been told. A connection of the store that breaks at this moment may throw: it disposes of what its own cancellation uses.
            Log.StoppedWithError(_logger, e);
        }

        _context.Environment.Peers.Leave(this);
        Dispatcher.Close();
    }

    // Only one waits for each instance; what it finds wrong again makes the next pause longer.
    private async Task WakeLaterAsync(string instanceId, string reason)
    {
        while (_quarantine.TryEnter(instanceId, reason, out var pause))
        {
            await Task.Delay(pause, _context.Time, _stop.Token);
            _quarantine.Leave(instanceId);
            try
            {
                await _directory.GetAsync(instanceId, _stop.Token);
                return;
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                Log.NotLoaded(_logger, e, instanceId);
                reason = e.Message;
            }
        }
    }

    private async Task DeliverAsync(Delivery delivery)
    {
        try
        {
            if (ForeignAddress.AppOf(delivery.Target) is { } app)
            {
                _mail.Post(app, delivery.Target);
                return;
            }

            // An event that was read from the store is there already. To wait for what came of it would mean to deliver it again when that fails.
            await RetryAsync(() => ChangeAsync(delivery.Target, instance => (true, instance.Deliver(delivery.Event)), _stop.Token, nothingIsDurable: true));
        }
        finally
        {
            _directory.Arrived(delivery.Target);
        }
    }

    private Task FireAsync(TimerRow timer) => ChangeAsync(timer.InstanceId, instance => (true, instance.Fire(timer)), _stop.Token);

    // Whatever went wrong: what is not done here would never be done. Pauses grow, so that an instance which fails each time costs little.
    private async Task RetryAsync(Func<Task> action)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await action();
                return;
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                var pause = Quarantine.PauseAfter(attempt);
                Log.NotDone(_logger, e, pause.TotalSeconds);
                await Task.Delay(pause, _context.Time, _stop.Token);
            }
        }
    }

    private static void Observe(Task task) =>
        _ = task.ContinueWith(static done => done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
