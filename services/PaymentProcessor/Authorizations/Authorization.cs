using System.Security.Cryptography;
using System.Text;
using PaymentProcessor.Tokens;

namespace PaymentProcessor.Authorizations;

/// <summary>One authorisation with all that happened to it.</summary>
internal sealed record Authorization(string Id, string Key, Scenario Scenario, decimal Amount, string Currency)
{
    public AuthorizationStatus Status { get; init; } = AuthorizationStatus.Undecided;

    /// <summary>Why it was declined.</summary>
    public string? Code { get; init; }

    /// <summary>Attempts that ended with a temporary error.</summary>
    public int FailedAttempts { get; init; }

    /// <summary>How often money was taken: never more than once.</summary>
    public int Charges { get; init; }

    public decimal Captured { get; init; }

    public decimal Refunded { get; init; }

    /// <summary>Amount by refund key.</summary>
    public IReadOnlyDictionary<string, decimal> Refunds { get; init; } = new Dictionary<string, decimal>();

    /// <summary>The id follows from the client's key, so that the look-up by key needs no index.</summary>
    public static string IdOf(string key) => $"auth_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32]}";
}
