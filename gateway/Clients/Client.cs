using ServiceDefaults;

namespace Gateway;

/// <summary>Who is counted, and whether it may come in at all.</summary>
/// <param name="Bucket">What the client's requests are counted under.</param>
/// <param name="Refusal">Set when token or key are no good; such a request is counted under the address.</param>
internal sealed record Client(Tier Tier, string Bucket, ProblemResult? Refusal = null);
