namespace Products.Reservations;

/// <summary>Settings of stock reservations (section <c>Reservations</c>).</summary>
internal sealed class ReservationOptions
{
    public const string Section = "Reservations";

    /// <summary>How long a reservation holds stock when the caller names no time, in seconds. Default 900 (15 minutes), 1 to 86,400.</summary>
    public int LifetimeSeconds { get; init; } = 900;

    /// <summary>Pause between two searches for expired reservations, in seconds. Default 5, 1 to 3,600.</summary>
    public int SweepIntervalSeconds { get; init; } = 5;

    /// <summary>How many expired reservations one search takes at most. Default 100, 1 to 1,000.</summary>
    public int SweepBatch { get; init; } = 100;
}
