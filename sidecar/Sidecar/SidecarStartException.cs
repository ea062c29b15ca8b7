namespace Sidecar;

/// <summary>A sidecar that cannot start: all that is wrong, each with file, field and remedy.</summary>
internal sealed class SidecarStartException(string appId, IReadOnlyList<string> errors, Exception? inner = null)
    : Exception($"The sidecar of app '{appId}' cannot start:{Environment.NewLine}{string.Join(Environment.NewLine, errors.Select(error => "  " + error))}", inner)
{
    /// <summary>The errors, one sentence each.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
