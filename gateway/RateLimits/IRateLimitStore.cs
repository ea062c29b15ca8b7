namespace Gateway;

/// <summary>Where buckets are kept: in this process, or shared by several gateways.</summary>
internal interface IRateLimitStore
{
    /// <summary>Takes tokens from a bucket if there are enough; 0 only looks.</summary>
    ValueTask<RateDecision> TakeAsync(string bucket, RateLimit limit, int tokens, CancellationToken ct);
}
