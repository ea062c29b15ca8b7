namespace Sidecar.Bindings;

/// <summary>A binding that applications call. An expected failure is returned; broken infrastructure throws.</summary>
internal interface IOutputBinding : IBinding
{
    /// <summary>The operations it has, in the order in which Dapr names them.</summary>
    IReadOnlyList<string> Operations { get; }

    /// <summary>Carries out one of its operations.</summary>
    Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellationToken);
}
