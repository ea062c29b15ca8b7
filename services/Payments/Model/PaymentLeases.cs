using ServiceDefaults;

namespace Payments.Model;

/// <summary>
/// One at a time talks to the processor about a payment: charge and refund never overlap. A lease outlives the longest such
/// talk, so that after its end no answer can be on its way any more.
/// </summary>
internal sealed class PaymentLeases(IDatabase database, PaymentTable payments, TimeProvider time)
{
    /// <summary>How long one talk with the processor may take, look-up included.</summary>
    public static readonly TimeSpan Work = TimeSpan.FromSeconds(14);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    /// <summary>Takes the lease inside the caller's transaction; null while somebody else holds it.</summary>
    public async Task<Payment?> TryTakeAsync(DbSession session, Guid paymentId)
    {
        var payment = await payments.LockAsync(session, paymentId);
        return payment is null || payment.LeaseUntil > time.GetUtcNow() ? null : await payments.LeaseAsync(session, payment, Lease);
    }

    /// <summary>Works on a leased payment within <see cref="Work"/> and gives the lease back; null when the outcome is not known yet.</summary>
    public async Task<Payment?> WorkAsync(RequestContext context, Payment leased, Func<Payment, CancellationToken, Task<Payment>> work, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(Work, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            return await work(leased, either.Token);
        }
        catch (TransientCallException)
        {
            return null;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            await database.TransactionAsync(context, session => payments.ReleaseAsync(session, leased), CancellationToken.None);
        }
    }
}
