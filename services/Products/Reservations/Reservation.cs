using Products.Stock;

namespace Products.Reservations;

/// <summary>Stock held for one order; what a step makes of it depends on nothing but its state and the time.</summary>
internal sealed record Reservation(Guid OrderId, string Status, DateTimeOffset? ExpiresAt, long Version)
{
    /// <summary>Whether the time of a reservation that still holds stock is over.</summary>
    public bool IsDue(DateTimeOffset now) => Status == ReservationStatus.Reserved && ExpiresAt <= now;

    /// <summary>How a release gives the units back, or null when it holds none.</summary>
    public Func<StockLine, StockMovement>? ReleaseMovement() => Status switch
    {
        ReservationStatus.Reserved => StockMovement.Release,
        ReservationStatus.Confirmed => StockMovement.Restock,
        _ => null,
    };

    /// <summary>Why a reservation in a final state takes no further step.</summary>
    public (string Code, string Detail) Refusal() => Status == ReservationStatus.Expired
        ? (RejectionCodes.ReservationExpired, $"The reservation of order {OrderId} has expired.")
        : (RejectionCodes.ReservationReleased, $"The reservation of order {OrderId} was released.");
}
