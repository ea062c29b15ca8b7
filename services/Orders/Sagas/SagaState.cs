namespace Orders.Sagas;

/// <summary>Where a saga stands.</summary>
internal enum SagaState
{
    Pending,
    Running,
    Completed,
    Compensating,
    Compensated,
}
