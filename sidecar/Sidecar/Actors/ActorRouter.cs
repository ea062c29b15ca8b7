using System.Text;
using Sidecar.Resiliency;
using Sidecar.Telemetry;

namespace Sidecar.Actors;

/// <summary>Finds the host of an actor in the run and calls it, under the policies of the actor's type.</summary>
internal sealed class ActorRouter(RuntimeServices services, ActorDirectory directory)
{
    /// <summary>How long a call waits for a host when no policy names its type: daprd's five repetitions after a second each.</summary>
    private static readonly TimeSpan HostPatience = TimeSpan.FromSeconds(5);

    /// <summary>Calls a method under the policies. Throws <see cref="CircuitOpenException"/>.</summary>
    public Task<ActorResult> CallAsync(ActorCall call, TraceContext trace, CancellationToken cancellationToken) => services.Resiliency.ForActor(call.Type, call.Id).ExecuteAsync(
        token => AttemptAsync(call, trace, token),
        result => new AttemptOutcome(result.Failure is not null || result.Answer is { Failed: true }, 0, result.Failure?.Permanent == true),
        cancellationToken);

    /// <summary>Calls back a reminder or timer of an actor. A missing host is told at once.</summary>
    /// <param name="method"><c>remind/NAME</c> or <c>timer/NAME</c>.</param>
    /// <param name="isWanted">Asked when the actor's turn has come; default: yes.</param>
    public async Task<ActorFailure?> CallBackAsync(string type, string id, string method, string body, CancellationToken cancellationToken, Func<bool>? isWanted = null)
    {
        var call = new ActorCall(type, id, method, "", Encoding.UTF8.GetBytes(body), static request => request.Content!.Headers.TryAddWithoutValidation("Content-Type", "application/json"), null)
        {
            IsCallback = true,
            IsWanted = isWanted,
        };
        var result = await InvokeAsync(call, TraceContext.None, tellsChain: false, cancellationToken);
        using var response = result.Answer?.Response;
        return result.Failure ?? (result.Answer!.Failed ? new ActorFailure("the actor failed") : null);
    }

    private static ActorFailure NoHost(string type, string id) =>
        new($"failed to lookup actor: api error: code = FailedPrecondition desc = did not find address for actor '{type}/{id}'", Kind: ActorFailureKind.NoHost);

    private async Task<ActorResult> AttemptAsync(ActorCall call, TraceContext trace, CancellationToken cancellationToken)
    {
        if (directory.Find(call.Type, call.Id) is null && !services.Resiliency.NamesActor(call.Type))
        {
            await WaitForHostAsync(call, cancellationToken);
        }

        return await InvokeAsync(call, trace, tellsChain: true, cancellationToken);
    }

    // A call that its actor left before it began follows the actor.
    private async Task<ActorResult> InvokeAsync(ActorCall call, TraceContext trace, bool tellsChain, CancellationToken cancellationToken)
    {
        while (directory.Find(call.Type, call.Id) is { } host)
        {
            var result = await host.InvokeAsync(call, trace, tellsChain, cancellationToken);
            if (result.Failure is not { Kind: ActorFailureKind.Moved })
            {
                return result;
            }
        }

        return ActorResult.Of(NoHost(call.Type, call.Id));
    }

    private async Task WaitForHostAsync(ActorCall call, CancellationToken cancellationToken)
    {
        var began = services.Time.GetTimestamp();
        while (services.Time.GetElapsedTime(began) < HostPatience)
        {
            // An app that turns healthy is no change of the directory: look each second.
            var changed = directory.Changed;
            if (directory.Find(call.Type, call.Id) is not null)
            {
                return;
            }

            using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromSeconds(1), services.Time, awake.Token));
            await awake.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
