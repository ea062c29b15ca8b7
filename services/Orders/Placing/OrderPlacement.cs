using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Orders.Model;
using Orders.Sagas;
using ServiceDefaults;

namespace Orders.Placing;

/// <summary>
/// Places orders. Invariants: prices come from the catalogue; the order, its saga's projection, the entry that starts the
/// saga and the event are one transaction; one idempotency key of a customer makes one order.
/// </summary>
internal sealed class OrderPlacement(
    IDatabase database, OrderInformation information, OrderTable orders, SagaTable sagas, OrderEvents events, IOutbox outbox, IIdGenerator ids, TimeProvider time, IOptions<SagaOptions> options)
{
    // What numeric(14,2) holds, here and in the payment.
    private const decimal HighestTotal = 999_999_999_999.99m;

    /// <summary>The answer to keep under the key; null when a service that is needed did not answer.</summary>
    public async Task<StoredResponse?> PlaceAsync(CreateOrderRequest request, RequestContext context, string key, CancellationToken ct)
    {
        if (await FindAsync(context, key, ct) is { } placed)
        {
            return placed;
        }

        try
        {
            return await PlaceNewAsync(request, context, key, ct);
        }
        catch (TransientCallException)
        {
            return null;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation && exception.ConstraintName == "orders_idempotency_key")
        {
            return await FindAsync(context, key, ct);
        }
    }

    private async Task<StoredResponse> PlaceNewAsync(CreateOrderRequest request, RequestContext context, string key, CancellationToken ct)
    {
        var products = request.Merged();
        var reading = information.PricesAsync(context, products.Select(product => product.ProductId), ct);
        var checking = information.MayPayWithAsync(context, request.PaymentMethodId!.Value, ct);
        var locating = request.ShippingAddress is { } given ? Task.FromResult<Address?>(given) : information.AddressAsync(context, ct);
        await Task.WhenAll(reading, checking, locating);

        var (prices, address) = (await reading, await locating);
        var validation = Check(request, prices, await checking, address);
        if (validation.Failed)
        {
            return StoredResponse.Problem(validation.ToResult());
        }

        var lines = products.Select(product => Line(prices[product.ProductId], product.Quantity)).ToArray();
        var order = NewOrder(context, request.PaymentMethodId.Value, key, lines, prices[lines[0].ProductId].Currency, address!);
        await database.TransactionAsync(context, session => WriteAsync(session, order, lines), ct);
        return Answer(order, lines);
    }

    private async Task WriteAsync(DbSession session, Order order, IReadOnlyList<OrderLine> lines)
    {
        await orders.AddAsync(session, order, lines);
        await sagas.AddAsync(session, order.Id);
        await outbox.AppendAsync(session, WorkflowMessage.StartSaga(SagaInputs.Of(order, lines, options.Value), order.Version));
        await events.CreatedAsync(session, order);
    }

    private static Validation Check(CreateOrderRequest request, IReadOnlyDictionary<Guid, ProductPrice> prices, bool mayPay, Address? address)
    {
        var validation = new Validation();
        for (var index = 0; index < request.Items!.Count; index++)
        {
            validation.Require(prices.ContainsKey(request.Items[index]!.ProductId!.Value), $"items[{index}].productId", "No such product can be ordered.");
        }

        validation.Require(prices.Values.Select(price => price.Currency).Distinct(StringComparer.Ordinal).Count() <= 1, "items", "The products have prices in different currencies.");
        if (!validation.Failed)
        {
            var total = request.Merged().Sum(product => prices[product.ProductId].Price * product.Quantity);
            validation.Require(total is > 0 and <= HighestTotal, "items", "The products must cost something together, and not more than can be paid at once.");
        }

        validation.Require(mayPay, "paymentMethodId", "You have no such payment method.");
        validation.Require(address is not null, "shippingAddress", "Is required, since your profile has no address.");
        return validation;
    }

    private Order NewOrder(RequestContext context, Guid paymentMethodId, string key, IReadOnlyList<OrderLine> lines, string currency, Address address)
    {
        var now = time.GetUtcNow();
        return new Order
        {
            Id = ids.NewId(),
            TenantId = context.TenantId,
            UserId = context.RequiredUserId,
            Status = OrderStatus.Created,
            Total = lines.Sum(line => line.LineTotal),
            Currency = currency,
            ShippingAddress = JsonSerializer.Serialize(address, ServiceJson.Options),
            PaymentMethodId = paymentMethodId,
            IdempotencyKey = key,
            Deadline = now + options.Value.Deadline,
            CreatedAt = now,
            UpdatedAt = now,
            Version = 1,
        };
    }

    private static OrderLine Line(ProductPrice price, int quantity) =>
        new() { ProductId = price.ProductId, Quantity = quantity, UnitPrice = price.Price, LineTotal = price.Price * quantity };

    private async Task<StoredResponse?> FindAsync(RequestContext context, string key, CancellationToken ct) =>
        await database.TransactionAsync<StoredResponse?>(
            context,
            async session => await orders.FindByKeyAsync(session, context.RequiredUserId, key) is { } order ? Answer(order, await orders.LinesAsync(session, order.Id)) : null,
            ct);

    private static StoredResponse Answer(Order order, IEnumerable<OrderLine> lines) =>
        new(StatusCodes.Status201Created, OrderView.Of(order, lines), $"/api/v1/orders/{order.Id}");
}
