using Payments.Model;

namespace Payments.Tests;

public class PaymentTransitionsTests
{
    private static readonly string[] Allowed =
    [
        "Pending>Authorized", "Pending>Failed", "Authorized>Processing", "Authorized>Voided", "Processing>Completed", "Processing>Failed",
        "Completed>Refunding", "Refunding>Completed", "Refunding>Refunded",
    ];

    public static TheoryData<string, string> Pairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (var from in Enum.GetNames<PaymentStatus>())
        {
            foreach (var to in Enum.GetNames<PaymentStatus>())
            {
                pairs.Add(from, to);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void IsAllowed_EveryPair_FollowsTheStateMachine(string from, string to) =>
        PaymentTransitions.IsAllowed(Enum.Parse<PaymentStatus>(from), Enum.Parse<PaymentStatus>(to)).Should().Be(Allowed.Contains($"{from}>{to}"));
}
