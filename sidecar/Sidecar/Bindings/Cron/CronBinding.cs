using System.Globalization;
using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Schedules;

namespace Sidecar.Bindings.Cron;

/// <summary><c>bindings.cron</c>: an event at every time of its schedule. Late or slow handlers do not delay the next event.</summary>
internal sealed partial class CronBinding : IInputBinding
{
    private const string Accepted = "give five or six cron fields such as '0 30 * * * *', '@every 10s', '@hourly' or '@daily'";
    private const int MaxRunning = 100;

    // A long wait is cut into pieces, so that a change of the wall clock is noticed.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private readonly CronExpression _schedule;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;

    public CronBinding(ComponentSpec spec, ComponentContext context)
    {
        _name = spec.Name;
        _time = context.Time;
        _logger = context.Loggers.CreateLogger("Sidecar.Bindings.Cron");
        var text = spec["schedule"] ?? throw ComponentException.Field(spec, "schedule", "is missing", Accepted);
        _schedule = CronExpression.Parse(text, context.Time.LocalTimeZone, out var problem, secondIsOptional: true)
            ?? throw ComponentException.Field(spec, "schedule", $"is '{text}': {problem}", Accepted);
    }

    /// <inheritdoc />
    public async Task ReadAsync(Func<BindingEvent, Task<bool>> handler, CancellationToken cancellationToken)
    {
        var running = new List<Task>();
        try
        {
            for (var next = _schedule.Next(_time.GetUtcNow()); next is { } due; next = _schedule.Next(due) is { } following && following > _time.GetUtcNow() ? following : _schedule.Next(_time.GetUtcNow()))
            {
                await WaitUntilAsync(due, cancellationToken);
                running.RemoveAll(task => task.IsCompleted);
                if (running.Count < MaxRunning)
                {
                    running.Add(handler(Event()));
                }
                else
                {
                    LogSkipped(_name, MaxRunning);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }

        await Task.WhenAll(running);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        while (due - _time.GetUtcNow() is { Ticks: > 0 } left)
        {
            await Task.Delay(left < LongestWait ? left : LongestWait, _time, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private BindingEvent Event() => new(
        ReadOnlyMemory<byte>.Empty,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["readTimeUTC"] = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + " +0000 UTC",
            ["timeZone"] = "Local",
        });

    [LoggerMessage(3521, LogLevel.Error, "Binding {Binding} skips an event: {Running} are still being handled by the app")]
    private partial void LogSkipped(string binding, int running);
}
