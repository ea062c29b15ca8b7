namespace Orders.Sagas;

/// <summary>A saga as it is stored.</summary>
internal sealed record SagaRow
{
    public Guid OrderId { get; init; }

    public SagaState State { get; init; }

    public bool ManualInterventionRequired { get; init; }
}
