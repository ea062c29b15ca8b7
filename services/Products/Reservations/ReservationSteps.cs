using Products.Stock;
using ServiceDefaults;

namespace Products.Reservations;

/// <summary>
/// Reserve, confirm, release and expire. Invariants: an order has at most one reservation row, locked before any stock row;
/// stock rows are locked in product order; a reservation moves its units exactly once per change of its status; after a
/// release nothing can be reserved or confirmed for the order any more. Every method runs inside the caller's transaction.
/// </summary>
internal sealed class ReservationSteps(ReservationTable table, StockBook stock, StockEvents events, TimeProvider time)
{
    private const string Savepoint = "reserve";

    public async Task<StoredResponse> ReserveAsync(DbSession session, Guid orderId, IReadOnlyList<StockLine> lines, TimeSpan lifetime)
    {
        var expiresAt = time.GetUtcNow() + lifetime;
        await session.Transaction.SaveAsync(Savepoint, session.Cancellation);
        if (!await table.TryAddAsync(session, orderId, ReservationStatus.Reserved, expiresAt))
        {
            return await RepeatAsync(session, orderId, lines);
        }

        if (await TryTakeAsync(session, orderId, lines) is { } refusal)
        {
            // What this step took so far goes back, the answer (kept in the same transaction) stays.
            await session.Transaction.RollbackAsync(Savepoint, session.Cancellation);
            return refusal;
        }

        await table.AddLinesAsync(session, orderId, lines);
        await events.ReservedAsync(session, orderId, lines, expiresAt);
        return StepResults.Done();
    }

    public async Task<StoredResponse> ConfirmAsync(DbSession session, Guid orderId)
    {
        var reservation = await table.LockAsync(session, orderId);
        if (reservation is null)
        {
            return StepResults.Rejected(RejectionCodes.ReservationNotFound, $"Order {orderId} has no reservation.");
        }

        if (reservation.Status == ReservationStatus.Confirmed)
        {
            return StepResults.Done();
        }

        if (reservation.IsDue(time.GetUtcNow()))
        {
            await ExpireAsync(session, reservation);
            reservation = reservation with { Status = ReservationStatus.Expired };
        }

        if (reservation.Status != ReservationStatus.Reserved)
        {
            return Rejected(reservation);
        }

        await MoveAllAsync(session, orderId, StockMovement.Confirm);
        await table.SetStatusAsync(session, orderId, ReservationStatus.Confirmed);
        return StepResults.Done();
    }

    public async Task<StoredResponse> ReleaseAsync(DbSession session, Guid orderId)
    {
        if (await table.TryAddAsync(session, orderId, ReservationStatus.Released, expiresAt: null))
        {
            return StepResults.Done();
        }

        var reservation = await table.LockAsync(session, orderId)
            ?? throw new InvalidOperationException($"The reservation of order {orderId} is not visible after a conflict with it.");
        if (reservation.ReleaseMovement() is { } movement)
        {
            var lines = await MoveAllAsync(session, orderId, movement);
            await table.SetStatusAsync(session, orderId, ReservationStatus.Released);
            await events.ReleasedAsync(session, orderId, reservation.Version + 1, lines, ReservationStatus.Released);
        }

        return StepResults.Done();
    }

    /// <summary>Expires the reservation if its time is over; false when another step was faster or holds it.</summary>
    public async Task<bool> TryExpireAsync(DbSession session, Guid orderId)
    {
        var reservation = await table.LockAsync(session, orderId);
        if (reservation is null || !reservation.IsDue(time.GetUtcNow()))
        {
            return false;
        }

        await ExpireAsync(session, reservation);
        return true;
    }

    private async Task ExpireAsync(DbSession session, Reservation reservation)
    {
        var lines = await MoveAllAsync(session, reservation.OrderId, StockMovement.Expire);
        await table.SetStatusAsync(session, reservation.OrderId, ReservationStatus.Expired);
        await events.ReleasedAsync(session, reservation.OrderId, reservation.Version + 1, lines, ReservationStatus.Expired);
    }

    // The same order reserved before, under another key: the same lines are the same wish, other lines a mistake of the caller.
    private async Task<StoredResponse> RepeatAsync(DbSession session, Guid orderId, IReadOnlyList<StockLine> lines)
    {
        var reservation = await table.LockAsync(session, orderId)
            ?? throw new InvalidOperationException($"The reservation of order {orderId} is not visible after a conflict with it.");
        if (reservation.Status is not (ReservationStatus.Reserved or ReservationStatus.Confirmed))
        {
            return Rejected(reservation);
        }

        var held = await table.LinesAsync(session, orderId);
        return held.SequenceEqual(lines)
            ? StepResults.Done()
            : StepResults.Rejected(RejectionCodes.ReservationExists, $"Order {orderId} has a reservation of other items.");
    }

    private async Task<StoredResponse?> TryTakeAsync(DbSession session, Guid orderId, IReadOnlyList<StockLine> lines)
    {
        if (await FirstUnavailableAsync(session, lines) is { } unavailable)
        {
            return StepResults.Rejected(RejectionCodes.ProductUnavailable, $"Product {unavailable} is not for sale.");
        }

        foreach (var line in lines)
        {
            if (await stock.TryMoveAsync(session, StockMovement.Reserve(line), orderId, reason: null) is null)
            {
                return StepResults.Rejected(RejectionCodes.OutOfStock, $"Fewer than {line.Quantity} units of product {line.ProductId} are available.");
            }
        }

        return null;
    }

    private static async Task<Guid?> FirstUnavailableAsync(DbSession session, IReadOnlyList<StockLine> lines)
    {
        var wanted = lines.Select(line => line.ProductId).ToArray();
        var active = await session.QueryAsync<Guid>(
            "SELECT id FROM products WHERE id = ANY(@wanted) AND status = 'active' AND deleted_at IS NULL",
            new { wanted });
        return wanted.Except(active).Cast<Guid?>().FirstOrDefault();
    }

    private async Task<IReadOnlyList<StockLine>> MoveAllAsync(DbSession session, Guid orderId, Func<StockLine, StockMovement> movement)
    {
        var lines = await table.LinesAsync(session, orderId);
        foreach (var line in lines)
        {
            await stock.MoveAsync(session, movement(line), orderId);
        }

        return lines;
    }

    private static StoredResponse Rejected(Reservation reservation)
    {
        var (code, detail) = reservation.Refusal();
        return StepResults.Rejected(code, detail);
    }
}
