namespace Products.Reservations;

/// <summary>The states of a reservation: reserved -> confirmed -> released; reserved -> released or expired.</summary>
internal static class ReservationStatus
{
    public const string Reserved = "reserved";
    public const string Confirmed = "confirmed";
    public const string Released = "released";
    public const string Expired = "expired";
}
