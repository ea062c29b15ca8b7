using Payments.Model;

namespace Payments.Reading;

/// <summary>A transaction as clients see it.</summary>
internal sealed record TransactionView(Guid Id, TransactionKind Kind, decimal Amount, TransactionStatus Status, string? ExternalId, DateTimeOffset At);
