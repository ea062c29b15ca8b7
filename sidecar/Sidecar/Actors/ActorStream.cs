using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Telemetry;
using Incoming = Dapr.Proto.Runtime.V1.SubscribeActorEventsRequestAlpha1;
using Outgoing = Dapr.Proto.Runtime.V1.SubscribeActorEventsResponseAlpha1;

namespace Sidecar.Actors;

/// <summary>
/// The calls of an app that hosts actors and holds a stream open for them: each is a message with an id, which the app's answer carries.
/// Invariant: a call under way ends by the app's answer or by the end of the stream.
/// </summary>
internal sealed class ActorStream(GrpcCall call, Tracing tracing) : IActorTransport, IDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Incoming>> _waiting = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly CancellationTokenSource _closed = new();
    private long _last;

    /// <inheritdoc />
    public bool IsAvailable => !_closed.IsCancellationRequested;

    /// <inheritdoc />
    public async Task<ActorResult> InvokeAsync(ActorCall actorCall, string? reentrancyId, TraceContext trace, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(id => actorCall.IsCallback ? Callback(id, actorCall) : Method(id, actorCall, reentrancyId, trace), cancellationToken);
        return answer switch
        {
            null => ActorResult.Of(new ActorFailure("actor host disconnected before responding", Kind: ActorFailureKind.Unreachable)),
            { RequestFailed: { Code: (uint)GrpcCode.NotFound } } when !actorCall.IsCallback => ActorResult.Of(new ActorFailure($"actor method not found: {actorCall.Method}", Permanent: true)),
            { RequestFailed: { } failed } => ActorResult.Of(new ActorFailure($"error from actor service: {failed.Message}")),
            { InvokeResponse: { } response } => Answer(response),
            { ReminderResponse.Cancel: true } or { TimerResponse.Cancel: true } => ActorResult.Of(new ActorFailure("reminder has been canceled", Kind: ActorFailureKind.Cancelled)),
            { ReminderResponse: not null } or { TimerResponse: not null } => Answer(new SubscribeActorEventsRequestInvokeResponseAlpha1()),
            _ => ActorResult.Of(new ActorFailure("actor host returned an unexpected response type")),
        };
    }

    /// <inheritdoc />
    public async Task<string?> DeactivateAsync(string type, string id, CancellationToken cancellationToken) =>
        await AskAsync(number => new Outgoing { DeactivateRequest = new SubscribeActorEventsResponseDeactivateRequestAlpha1 { Id = number, ActorType = type, ActorId = id } }, cancellationToken) switch
        {
            null => "actor host disconnected before responding",
            { RequestFailed: { } failed } => failed.Message,
            _ => null,
        };

    /// <summary>Tells the app that its actors are hosted from now on.</summary>
    public Task AcknowledgeAsync() => SendAsync(new Outgoing { InitialResponse = new SubscribeActorEventsResponseInitialAlpha1() }, call.Cancellation);

    /// <summary>Takes the app's answers until its stream or the host ends.</summary>
    public async Task ReadAsync()
    {
        while (await call.TryReadAsync<Incoming>().WaitAsync(_closed.Token) is { } answer)
        {
            if (IdOf(answer) is { } id && _waiting.TryRemove(id, out var waiting))
            {
                waiting.TrySetResult(answer);
            }
        }
    }

    /// <summary>Ends the stream.</summary>
    public Task CloseAsync() => _closed.CancelAsync();

    /// <inheritdoc />
    public void Dispose()
    {
        _closed.Dispose();
        _writer.Dispose();
    }

    private static string? IdOf(Incoming answer) =>
        answer.InvokeResponse?.Id ?? answer.ReminderResponse?.Id ?? answer.TimerResponse?.Id ?? answer.DeactivateResponse?.Id ?? answer.RequestFailed?.Id;

    private Outgoing Method(string id, ActorCall actorCall, string? reentrancyId, TraceContext trace)
    {
        using var request = new HttpRequestMessage { Content = new ByteArrayContent([]) };
        actorCall.Prepare(request);
        var message = new SubscribeActorEventsResponseInvokeRequestAlpha1 { Id = id, ActorType = actorCall.Type, ActorId = actorCall.Id, Method = actorCall.Method, Data = ByteString.CopyFrom(actorCall.Body.Span) };
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            message.Metadata[name] = HeaderText.Read(values.First());
        }

        if (reentrancyId is not null)
        {
            message.Metadata[ActorHost.ReentrancyHeader] = HeaderText.Read(reentrancyId);
        }

        if (tracing.Header(trace) is { } traceParent)
        {
            message.Metadata["traceparent"] = traceParent;
        }

        return new Outgoing { InvokeRequest = message };
    }

    private static Outgoing Callback(string id, ActorCall actorCall)
    {
        var (kind, name) = actorCall.Method.Split('/', 2) is [var first, var second] ? (first, second) : ("", "");
        using var body = JsonDocument.Parse(actorCall.Body);
        string Text(string field) => body.RootElement.TryGetProperty(field, out var value) ? value.GetString() ?? "" : "";
        var data = body.RootElement.TryGetProperty("data", out var json) ? Any.Pack(new BytesValue { Value = ByteString.CopyFromUtf8(json.GetRawText()) }) : null;
        if (kind == "timer")
        {
            var timer = new SubscribeActorEventsResponseTimerRequestAlpha1 { Id = id, ActorType = actorCall.Type, ActorId = actorCall.Id, Name = name, Data = data };
            (timer.DueTime, timer.Period, timer.Callback) = (Text("dueTime"), Text("period"), Text("callback"));
            return new Outgoing { TimerRequest = timer };
        }

        var reminder = new SubscribeActorEventsResponseReminderRequestAlpha1 { Id = id, ActorType = actorCall.Type, ActorId = actorCall.Id, Name = name, Data = data };
        (reminder.DueTime, reminder.Period) = (Text("dueTime"), Text("period"));
        return new Outgoing { ReminderRequest = reminder };
    }

    private static ActorResult Answer(SubscribeActorEventsRequestInvokeResponseAlpha1 answer)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
        foreach (var (name, text) in answer.Metadata.Where(pair => FieldValue.IsValid(pair.Value)))
        {
            var value = HeaderText.Write(text);
            _ = response.Headers.TryAddWithoutValidation(name, value) || response.Content.Headers.TryAddWithoutValidation(name, value);
        }

        if (answer.Error)
        {
            response.Headers.TryAddWithoutValidation(HttpActorTransport.ErrorHeader, "true");
        }

        return new ActorResult(new ActorAnswer(HttpStatusCode.OK, response, answer.Data.Memory, answer.Error));
    }

    // Null when the stream ended before the answer.
    private async Task<Incoming?> AskAsync(Func<string, Outgoing> message, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<Incoming>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
            await SendAsync(message(id), either.Token);
            return await answer.Task.WaitAsync(either.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    private async Task SendAsync(Outgoing message, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await call.WriteAsync(message);
        }
        finally
        {
            _writer.Release();
        }
    }
}
