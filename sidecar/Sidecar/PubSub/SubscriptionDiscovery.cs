using Dapr.Proto.Runtime.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Sidecar.Api.Grpc;
using Sidecar.Cel;
using Sidecar.Components;
using Sidecar.Invocation;

namespace Sidecar.PubSub;

/// <summary>Asks the app for its own subscriptions: <c>GET /dapr/subscribe</c>, or gRPC's ListTopicSubscriptions.</summary>
internal sealed partial class SubscriptionDiscovery(RuntimeServices services, ILogger logger)
{
    /// <summary>Asks; an app that has no answer has no subscriptions. Throws <see cref="HttpRequestException"/> when it cannot be reached.</summary>
    public async Task<IReadOnlyList<Subscription>> AskAsync(CancellationToken cancellationToken)
    {
        const int Attempts = 5;
        if (services.Options.AppPort is null || services.Options.DisabledInitEndpoints.Contains("subscribe", StringComparer.OrdinalIgnoreCase))
        {
            return [];
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await (services.GrpcApp is { } grpc ? AskGrpcAsync(grpc, cancellationToken) : AskOnceAsync(cancellationToken));
            }
            catch (HttpRequestException exception) when (attempt < Attempts)
            {
                LogAskAgain(exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), services.Time, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<Subscription>> AskOnceAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dapr/subscribe") { Content = new ByteArrayContent([]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("dapr-app-id", services.AppId);
        using var response = await services.App.SendAsync(request, cancellationToken);
        if ((int)response.StatusCode != 200)
        {
            if ((int)response.StatusCode != 404)
            {
                LogAsked((int)response.StatusCode);
            }

            return [];
        }

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (SubscriptionList.Read(body, out var error) is { } specs)
        {
            return Programmatic(specs);
        }

        LogNotUnderstood(error!);
        return [];
    }

    private async Task<IReadOnlyList<Subscription>> AskGrpcAsync(GrpcApp app, CancellationToken cancellationToken)
    {
        var answer = await app.CallAsync<Empty, ListTopicSubscriptionsResponse>(GrpcApp.Callback + "ListTopicSubscriptions", new Empty(), [], cancellationToken);
        if (answer.Status.Code == GrpcCode.Unavailable)
        {
            throw new HttpRequestException(answer.Status.Message);
        }

        if (answer.Message is not { } list)
        {
            // An app without subscriptions need not have the call.
            if (answer.Status.Code != GrpcCode.Unimplemented)
            {
                LogNotUnderstood($"{answer.Status.Code}: {answer.Status.Message}");
            }

            return [];
        }

        return Programmatic([.. list.Subscriptions.Select(SubscriptionList.From)]);
    }

    private IReadOnlyList<Subscription> Programmatic(IReadOnlyList<SubscriptionSpec> specs)
    {
        try
        {
            return [.. specs.Select(spec => Subscription.From(spec, "PROGRAMMATIC"))];
        }
        catch (CelSyntaxException exception)
        {
            // As in daprd, one bad rule voids the app's whole list: half of it would be a silent surprise.
            LogNotUnderstood(exception.Message);
            return [];
        }
    }

    [LoggerMessage(3421, LogLevel.Error, "The app's subscriptions are not understood, none of them is taken: {Problem}")]
    private partial void LogNotUnderstood(string problem);

    [LoggerMessage(3422, LogLevel.Error, "The app answered {Status} when asked for its subscriptions")]
    private partial void LogAsked(int status);

    [LoggerMessage(3423, LogLevel.Warning, "The app could not be asked for its subscriptions, trying again: {Problem}")]
    private partial void LogAskAgain(string problem);
}
