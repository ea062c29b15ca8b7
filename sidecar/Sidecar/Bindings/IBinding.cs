namespace Sidecar.Bindings;

/// <summary>A binding to something outside: an output, an input, or both (see the derived interfaces).</summary>
internal interface IBinding : IAsyncDisposable
{
    /// <summary>Why the binding cannot be used at present; null while it can.</summary>
    string? Problem => null;

    /// <summary>Connects and prepares. Throws <see cref="Components.ComponentException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
