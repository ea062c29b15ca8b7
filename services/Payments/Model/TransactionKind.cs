namespace Payments.Model;

/// <summary>What was asked of the processor.</summary>
internal enum TransactionKind
{
    Authorization,
    Capture,
    Void,
    Refund,
}
