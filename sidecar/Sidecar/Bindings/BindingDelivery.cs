using System.Diagnostics;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Sidecar.Api.Http;
using Sidecar.Invocation;
using Sidecar.Resiliency;
using Sidecar.Telemetry;

namespace Sidecar.Bindings;

/// <summary>Hands the events of one input binding to the app: <c>POST</c> to its route under the inbound policy; any 2xx takes the event, a policy counts only 200 as success, as in Dapr.</summary>
internal sealed partial class BindingDelivery(LoadedBinding binding, RuntimeServices services, AppBindingAnswer answers, ILogger logger)
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);
    private readonly IPolicy _policy = services.Resiliency.ForComponentInbound(binding.Name);
    private readonly string _path = RequestPath.OfRoute(binding.Route);

    /// <summary>Asks the app whether it wants the events. Throws <see cref="HttpRequestException"/> when it does not say in time, or cannot be reached.</summary>
    public async Task<bool> IsWantedAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(ProbeTimeout, services.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await (services.GrpcApp is { } grpc ? GrpcBindingApp.WantsAsync(grpc, binding.Name, linked.Token) : IsWantedOverHttpAsync(linked.Token));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"the app did not answer {(services.GrpcApp is null ? $"OPTIONS {_path}" : "ListInputBindings")} within {ProbeTimeout.TotalSeconds:0} s", exception);
        }
    }

    /// <summary>Delivers an event; true when the app took it and what it asked for in its answer worked.</summary>
    public async Task<bool> DeliverAsync(BindingEvent bindingEvent, CancellationToken cancellationToken)
    {
        if (!services.App.IsAvailable)
        {
            LogUnavailable(binding.Name);
            return false;
        }

        var began = Stopwatch.GetTimestamp();
        var taken = await TryDeliverAsync(bindingEvent, cancellationToken);
        services.ComponentMetrics.InputBinding(binding.Name, taken, began);
        return taken;
    }

    // A 2xx or 405 says yes.
    private async Task<bool> IsWantedOverHttpAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, _path) { Content = Content(ReadOnlyMemory<byte>.Empty) };
        using var response = await services.App.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode || response.StatusCode == System.Net.HttpStatusCode.MethodNotAllowed;
    }

    private async Task<bool> TryDeliverAsync(BindingEvent bindingEvent, CancellationToken cancellationToken)
    {
        using var span = StartSpan(bindingEvent);
        try
        {
            var (status, body) = await _policy.ExecuteAsync(token => PostAsync(bindingEvent, span, token), answer => new AttemptOutcome(answer.Status != 200, answer.Status), cancellationToken);
            Tracing.SetStatus(span, status);
            if (status is >= 200 and <= 299)
            {
                return await answers.ApplyAsync(binding.Name, body, cancellationToken);
            }

            LogRefused(binding.Name, status);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is HttpRequestException or IOException or TimeoutException or CircuitOpenException)
        {
            LogFailed(binding.Name, exception.Message);
        }

        return false;
    }

    private Span? StartSpan(BindingEvent bindingEvent)
    {
        var parent = new TraceContext(bindingEvent.Metadata.GetValueOrDefault("traceparent", ""), bindingEvent.Metadata.GetValueOrDefault("tracestate", ""));
        var span = services.Tracing.Start("bindings/" + binding.Name, ActivityKind.Client, parent);
        span?.SetTag("db.connection_string", services.GrpcApp is null ? $"POST /{binding.Name}" : GrpcApp.Callback + "OnBindingEvent");
        span?.SetTag("db.name", binding.Name);
        span?.SetTag("db.system", "bindings");
        span?.SetTag("rpc.service", "Dapr");
        return span;
    }

    private async Task<(int Status, byte[] Body)> PostAsync(BindingEvent bindingEvent, Span? span, CancellationToken cancellationToken)
    {
        if (services.GrpcApp is { } grpc)
        {
            return await GrpcBindingApp.TellAsync(grpc, binding.Name, bindingEvent, cancellationToken);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, _path) { Content = Content(bindingEvent.Data) };
        foreach (var (name, value) in bindingEvent.Metadata.Where(pair => FieldValue.IsValid(pair.Value)))
        {
            request.Headers.TryAddWithoutValidation(name, HeaderText.Write(value));
        }

        var trace = Tracing.ContextOf(span, TraceContext.None);
        if (services.Tracing.Header(trace) is { } traceParent)
        {
            request.Headers.Remove("traceparent");
            request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        }

        using var response = await services.App.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(services.Options.MaxKeptBody, cancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    private static ReadOnlyMemoryContent Content(ReadOnlyMemory<byte> data)
    {
        var content = new ReadOnlyMemoryContent(data);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    [LoggerMessage(3531, LogLevel.Warning, "An event of binding {Binding} is not delivered: the app is not available")]
    private partial void LogUnavailable(string binding);

    [LoggerMessage(3532, LogLevel.Error, "The app answered an event of binding {Binding} with status {Status}")]
    private partial void LogRefused(string binding, int status);

    [LoggerMessage(3533, LogLevel.Error, "An event of binding {Binding} was not delivered: {Problem}")]
    private partial void LogFailed(string binding, string problem);
}
