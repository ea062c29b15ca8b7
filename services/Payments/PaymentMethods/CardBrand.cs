namespace Payments.PaymentMethods;

/// <summary>A card scheme: how its numbers begin and how long they and their codes are.</summary>
internal sealed record CardBrand(string Name, IReadOnlyList<int> Lengths, int CodeLength)
{
    private static readonly CardBrand Visa = new("visa", [13, 16, 19], 3);
    private static readonly CardBrand Mastercard = new("mastercard", [16], 3);
    private static readonly CardBrand Amex = new("amex", [15], 4);
    private static readonly CardBrand Discover = new("discover", [16, 17, 18, 19], 3);
    private static readonly CardBrand Other = new("card", [12, 13, 14, 15, 16, 17, 18, 19], 3);

    /// <summary>The scheme of a number of at least six digits.</summary>
    public static CardBrand Of(string number) => (number[0], int.Parse(number[..2]), int.Parse(number[..4])) switch
    {
        ('4', _, _) => Visa,
        (_, >= 51 and <= 55, _) or (_, _, >= 2221 and <= 2720) => Mastercard,
        (_, 34 or 37, _) => Amex,
        (_, 65, _) or (_, _, 6011) => Discover,
        _ => Other,
    };
}
