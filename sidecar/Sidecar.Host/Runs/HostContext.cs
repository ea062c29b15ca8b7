using Sidecar.Host.Output;

namespace Sidecar.Host.Runs;

/// <summary>What the host has from the outside, so that a test can give it something else.</summary>
/// <param name="Console">Where it speaks to its user.</param>
/// <param name="Environment">The environment of the process.</param>
/// <param name="Time">The clock.</param>
/// <param name="Sidecars">Makes the sidecars.</param>
internal sealed record HostContext(IConsole Console, IReadOnlyDictionary<string, string> Environment, TimeProvider Time, ISidecarFactory Sidecars);
