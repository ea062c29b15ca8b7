namespace Gateway;

/// <summary>What a tier may do.</summary>
/// <param name="PerMinute">Requests per minute in the long run.</param>
/// <param name="Burst">Requests at once after a pause; the size of the bucket.</param>
internal sealed record RateLimit(int PerMinute, int Burst);
