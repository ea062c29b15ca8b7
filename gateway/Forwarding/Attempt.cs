namespace Gateway;

/// <summary>What one attempt to reach a service came to.</summary>
internal enum AttemptOutcome
{
    /// <summary>The service answered, well or with an error of its own.</summary>
    Answered,

    /// <summary>The service was not reached, or is not up yet: a repeat may meet it.</summary>
    Unreachable,

    /// <summary>No answer within the deadline.</summary>
    TimedOut,

    /// <summary>The breaker is open.</summary>
    Refused,
}

/// <param name="Response">For <see cref="AttemptOutcome.Answered"/>: the answer with its body unread.</param>
/// <param name="Wait">When a repeat makes sense.</param>
internal sealed record Attempt(AttemptOutcome Outcome, HttpResponseMessage? Response = null, TimeSpan Wait = default);
