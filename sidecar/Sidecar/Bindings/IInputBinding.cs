namespace Sidecar.Bindings;

/// <summary>A binding that calls the application.</summary>
internal interface IInputBinding : IBinding
{
    /// <summary>
    /// Hands events to the handler, which says whether the application took them, until the token is cancelled; then waits for the
    /// handlers under way and returns.
    /// </summary>
    Task ReadAsync(Func<BindingEvent, Task<bool>> handler, CancellationToken cancellationToken);
}

/// <summary>An event of an input binding.</summary>
/// <param name="Data">The body for the application; may be empty.</param>
/// <param name="Metadata">Handed to the application as headers.</param>
internal sealed record BindingEvent(ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata);
