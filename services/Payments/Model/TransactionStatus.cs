namespace Payments.Model;

/// <summary>What the processor made of it.</summary>
internal enum TransactionStatus
{
    Pending,
    Succeeded,
    Failed,
}
