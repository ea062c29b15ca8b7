namespace Orders.Cancelling;

/// <summary>Answers to a cancel request.</summary>
internal enum CancelDecision
{
    NotFound,
    Accepted,
    AlreadyCancelled,
    Refused,
}
