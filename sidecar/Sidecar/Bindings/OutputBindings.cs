using System.Diagnostics;
using Sidecar.Resiliency;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Bindings;

/// <summary>Calls of output bindings by name, under the component's outbound policy. Both APIs and the answers of applications go through here.</summary>
internal sealed class OutputBindings(IReadOnlyDictionary<string, LoadedBinding> bindings, IResiliency resiliency, ComponentMetrics metrics)
{
    /// <summary>Carries out an operation; whatever goes wrong is the result's error, in daprd's words.</summary>
    public async Task<BindingResult> InvokeAsync(string name, BindingRequest request, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var result = await InvokeUncountedAsync(name, request, cancellationToken);
        metrics.OutputBinding(name, request.Operation, result.Error is null, began);
        return result;
    }

    private async Task<BindingResult> InvokeUncountedAsync(string name, BindingRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation.Length == 0)
        {
            return BindingResult.Failed("operation field is missing from request");
        }

        if (!bindings.TryGetValue(name, out var loaded) || loaded.Output is not { } binding)
        {
            return BindingResult.Failed($"couldn't find output binding {name}");
        }

        if (!binding.Operations.Contains(request.Operation, StringComparer.Ordinal))
        {
            return BindingResult.Failed($"binding {name} does not support operation {request.Operation}. supported operations:{string.Join(' ', binding.Operations)}");
        }

        try
        {
            return await loaded.Usage.Track(resiliency.ForComponentOutbound(name).ExecuteAsync(token => binding.InvokeAsync(request, token), Judge, cancellationToken));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever a driver throws becomes the API's error.
            return BindingResult.Failed(exception.Message);
        }
    }

    private static AttemptOutcome Judge(BindingResult result) => new(result.Error is not null, 0);
}
