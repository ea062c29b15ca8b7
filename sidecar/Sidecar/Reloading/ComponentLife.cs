using Sidecar.Components;

namespace Sidecar.Reloading;

/// <summary>How the components of a building block come and go.</summary>
/// <param name="Create">Makes one from its description; does not connect.</param>
/// <param name="Spec">The description one was made from.</param>
/// <param name="Start">Connects it. Throws <see cref="ComponentException"/>.</param>
/// <param name="Usage">The calls under way to it.</param>
/// <param name="Close">Closes it.</param>
internal sealed record ComponentLife<T>(Func<ComponentSpec, T> Create, Func<T, ComponentSpec> Spec, Func<T, CancellationToken, Task> Start, Func<T, Usage> Usage, Func<T, ValueTask> Close);
