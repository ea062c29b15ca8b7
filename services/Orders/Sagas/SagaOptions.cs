namespace Orders.Sagas;

/// <summary>Settings of the order saga (section <c>Saga</c>).</summary>
internal sealed class SagaOptions
{
    public const string Section = "Saga";

    /// <summary>How long after an order's creation its saga keeps waiting for faults to end before it compensates. Default 00:10:00, from 00:00:01 to 23:00:00.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an order's stock is held without being sold. Default 00:15:00, longer than the deadline, at most 1.00:00:00.</summary>
    public TimeSpan ReservationLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How often orders are looked for that nobody works on. Default 00:00:30, from 00:00:01 to 01:00:00.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an order must have been left alone before it is looked at. Default 00:02:00, from 00:00:00 to 1.00:00:00.</summary>
    public TimeSpan SweepAfter { get; init; } = TimeSpan.FromMinutes(2);
}
