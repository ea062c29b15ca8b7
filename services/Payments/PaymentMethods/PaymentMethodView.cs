namespace Payments.PaymentMethods;

/// <summary>A payment method as its owner sees it.</summary>
internal sealed record PaymentMethodView(Guid Id, string Type, string Brand, string Last4, int ExpMonth, int ExpYear)
{
    public static PaymentMethodView Of(PaymentMethod method) => new(method.Id, method.Type, method.Brand, method.Last4, method.ExpMonth, method.ExpYear);
}
