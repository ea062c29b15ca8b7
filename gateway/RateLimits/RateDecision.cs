namespace Gateway;

/// <summary>What became of one request.</summary>
/// <param name="Remaining">Requests that may follow at once.</param>
/// <param name="FullAt">When the bucket is full again, if nothing more comes.</param>
/// <param name="RetryAfter">For a refused request: when one is admitted again.</param>
internal sealed record RateDecision(bool IsAdmitted, long Remaining, DateTimeOffset FullAt, TimeSpan RetryAfter);
