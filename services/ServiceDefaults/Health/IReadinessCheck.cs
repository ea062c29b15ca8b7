namespace ServiceDefaults;

/// <summary>Something that a service needs in order to answer; shown by `/health/ready`.</summary>
public interface IReadinessCheck
{
    /// <summary>Its name in the answer, e.g. `database`.</summary>
    string Name { get; }

    /// <summary>Looks now. An exception or no answer within 2 s counts as down.</summary>
    Task<ReadinessResult> CheckAsync(CancellationToken ct);
}
