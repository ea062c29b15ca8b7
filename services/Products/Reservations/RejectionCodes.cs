namespace Products.Reservations;

/// <summary>Why a reservation step is refused for a business reason.</summary>
internal static class RejectionCodes
{
    /// <summary>Fewer units are available than asked for.</summary>
    public const string OutOfStock = "out_of_stock";

    /// <summary>The product does not exist, was deleted or is inactive.</summary>
    public const string ProductUnavailable = "product_unavailable";

    /// <summary>The reservation's time is over; its stock is available again.</summary>
    public const string ReservationExpired = "reservation_expired";

    /// <summary>The reservation was released, or its release came before it.</summary>
    public const string ReservationReleased = "reservation_released";

    /// <summary>The order has a reservation of other items.</summary>
    public const string ReservationExists = "reservation_exists";

    /// <summary>The order has no reservation.</summary>
    public const string ReservationNotFound = "reservation_not_found";
}
