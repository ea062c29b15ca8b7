namespace Gateway;

/// <summary>A public route: which app serves it and who may call it.</summary>
/// <param name="Template">`{x}` stands for one segment, `**` at the end for any rest.</param>
/// <param name="Method">Null for any.</param>
internal sealed record Route(string Template, string? Method, string AppId, RouteAccess Access)
{
    private readonly string[] _segments = Template.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>True when clients are never limited here.</summary>
    public bool IsExempt { get; init; }

    /// <summary>True for a stream of events that lasts as long as the client listens.</summary>
    public bool IsStream { get; init; }

    /// <summary>True when `Prefer: wait=N` lengthens the deadline.</summary>
    public bool MayWait { get; init; }

    // Without regard to case, as the services route: no spelling gets round a rule.
    public bool Fits(string method, ReadOnlySpan<string> segments)
    {
        if (Method is not null && Method != method)
        {
            return false;
        }

        for (var index = 0; index < _segments.Length; index++)
        {
            var expected = _segments[index];
            if (expected == "**")
            {
                return true;
            }

            if (index >= segments.Length || (expected[0] != '{' && !expected.Equals(segments[index], StringComparison.OrdinalIgnoreCase)))
            {
                return false;
            }
        }

        return segments.Length == _segments.Length;
    }
}
