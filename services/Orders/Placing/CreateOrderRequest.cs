using Orders.Model;
using ServiceDefaults;

namespace Orders.Placing;

/// <summary>Body of `POST /api/v1/orders`.</summary>
internal sealed record CreateOrderRequest(IReadOnlyList<CreateOrderLine?>? Items = null, Guid? PaymentMethodId = null, Address? ShippingAddress = null)
{
    private const int MaxLines = 100;
    private const int MaxQuantity = 1_000;

    /// <summary>Everything that is wrong with it, at once.</summary>
    public Validation Validate()
    {
        var validation = new Validation();
        if (Items is null || Items.Count is < 1 or > MaxLines)
        {
            validation.Add("items", $"Must hold 1 to {MaxLines} lines.");
        }
        else
        {
            CheckLines(validation, Items);
        }

        if (PaymentMethodId is null)
        {
            validation.Add("paymentMethodId", "Is required.");
        }

        ShippingAddress?.Validate(validation, "shippingAddress");
        return validation;
    }

    /// <summary>Quantity per product, in the order the products were named; lines of one product are merged.</summary>
    public IReadOnlyList<(Guid ProductId, int Quantity)> Merged() =>
        [.. Items!.GroupBy(line => line!.ProductId!.Value).Select(group => (group.Key, group.Sum(line => line!.Quantity!.Value)))];

    private static void CheckLines(Validation validation, IReadOnlyList<CreateOrderLine?> items)
    {
        var quantities = new Dictionary<Guid, long>();
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index] is not { ProductId: { } productId } line)
            {
                validation.Add($"items[{index}].productId", "Is required.");
                continue;
            }

            var sum = quantities[productId] = quantities.GetValueOrDefault(productId) + Math.Max(0, line.Quantity ?? 0L);
            if (line.Quantity is null or < 1 or > MaxQuantity || sum > MaxQuantity)
            {
                validation.Add($"items[{index}].quantity", $"Must be from 1 to {MaxQuantity}, all lines of a product together.");
            }
        }
    }
}
