using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults;

/// <summary>
/// Hands outbox entries to their handlers: at least once, in order per aggregate. An entry leaves the table only after its
/// handler returned; a handler that throws is asked again after a growing wait, and only its own aggregate waits for it. Each kind
/// has a loop of its own, so that a broker that hangs delays no other work.
/// </summary>
internal sealed partial class OutboxRelay(DataSources sources, ServiceState state, IEnumerable<IOutboxHandler> handlers, OutboxSignal signal, TimeProvider clock, ILogger<OutboxRelay> logger) : BackgroundService
{
    private const int BatchSize = 50;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HandlerTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MaxBackOff = TimeSpan.FromSeconds(30);
    private readonly IOutboxHandler[] _handlers = handlers.ToArray();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.Started.WaitAsync(stoppingToken);
        await Task.WhenAll(_handlers.Select(handler => RelayAsync(handler, stoppingToken)));
    }

    private async Task RelayAsync(IOutboxHandler handler, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            // Asked for before the look, so that an entry committed meanwhile is not waited for.
            var raised = signal.Next;
            if (await RoundAsync(handler, ct) == 0)
            {
                await Task.WhenAny(raised, Task.Delay(PollInterval, clock, ct));
            }
        }
    }

    private async Task<int> RoundAsync(IOutboxHandler handler, CancellationToken ct)
    {
        try
        {
            return await BatchAsync(handler, ct);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // The database is away: nothing was acknowledged, so the next round starts from the same entries.
            Log.RoundFailed(logger, exception);
            await Task.Delay(PollInterval, clock, ct);
            return 0;
        }
    }

    private async Task<int> BatchAsync(IOutboxHandler handler, CancellationToken ct)
    {
        await using var connection = await sources.App.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var store = new OutboxStore(connection, transaction, clock);
        var messages = await store.TakeAsync(handler.Kind, BatchSize, ct);
        if (messages.Count == 0)
        {
            return 0;
        }

        var outcomes = await Task.WhenAll(messages.Select(message => HandleAsync(handler, message, ct)));
        await store.DoneAsync(outcomes.Where(outcome => outcome.Error is null).Select(outcome => outcome.Message.Id).ToList(), CancellationToken.None);
        foreach (var (message, error) in outcomes.Where(outcome => outcome.Error is not null))
        {
            await store.FailedAsync(message.Id, BackOff(message.Attempt), error!, CancellationToken.None);
        }

        await transaction.CommitAsync(CancellationToken.None);
        return outcomes.Count(outcome => outcome.Error is null);
    }

    private async Task<(OutboxMessage Message, string? Error)> HandleAsync(IOutboxHandler handler, OutboxMessage message, CancellationToken ct)
    {
        using var activity = Telemetry.Source.StartActivity("outbox " + message.Type, ActivityKind.Producer, message.TraceParent);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(HandlerTimeout);
        try
        {
            await handler.HandleAsync(message, deadline.Token);
            return (message, null);
        }
        catch (Exception exception)
        {
            // The outcome is recorded in the entry, which stays and comes again.
            activity?.SetStatus(ActivityStatusCode.Error);
            Log.EntryFailed(logger, message.Id, message.Type, message.Attempt, exception);
            return (message, $"{exception.GetType().Name}: {exception.Message}");
        }
    }

    private static TimeSpan BackOff(int attempt) => TimeSpan.FromMilliseconds(Math.Min(MaxBackOff.TotalMilliseconds, 100 * Math.Pow(2, Math.Min(attempt - 1, 20))));

    private static partial class Log
    {
        [LoggerMessage(120, LogLevel.Error, "The outbox could not be read; it is tried again")]
        public static partial void RoundFailed(ILogger logger, Exception exception);

        [LoggerMessage(121, LogLevel.Warning, "Outbox entry {EntryId} ({Type}) failed at attempt {Attempt}; it is tried again")]
        public static partial void EntryFailed(ILogger logger, Guid entryId, string type, int attempt, Exception exception);
    }
}
