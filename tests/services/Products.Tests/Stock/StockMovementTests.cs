using FsCheck;
using FsCheck.Fluent;
using Products.Stock;

namespace Products.Tests.Stock;

public sealed class StockMovementTests
{
    private static readonly Func<StockLine, StockMovement>[] Transfers =
        [StockMovement.Reserve, StockMovement.Confirm, StockMovement.Release, StockMovement.Expire, StockMovement.Restock];

    [Fact]
    public void Transfer_AnyKindAndQuantity_KeepsTheSum() => Prop.ForAll(
        Gen.Choose(0, Transfers.Length - 1).ToArbitrary(),
        Gen.Choose(1, 1_000_000).ToArbitrary(),
        (kind, quantity) =>
        {
            var movement = Transfers[kind](new StockLine(Guid.NewGuid(), quantity));
            return movement.Available + movement.Reserved + movement.Sold == 0;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Undo_OfReserveAndConfirm_RestoresTheCounters()
    {
        var line = new StockLine(Guid.NewGuid(), 7);

        Sum(StockMovement.Reserve(line), StockMovement.Release(line)).Should().Be((0, 0, 0));
        Sum(StockMovement.Reserve(line), StockMovement.Expire(line)).Should().Be((0, 0, 0));
        Sum(StockMovement.Reserve(line), StockMovement.Confirm(line), StockMovement.Restock(line)).Should().Be((0, 0, 0));
    }

    [Fact]
    public void InLockOrder_AnyOrderOfLines_IsOneOrderWithLinesMerged() => Prop.ForAll(
        Gen.Choose(1, 6).Select(Product).ArrayOf().Where(products => products.Length > 0).ToArbitrary(),
        products =>
        {
            var lines = products.Select(product => new StockLine(product, 2)).ToArray();
            var ordered = StockLine.InLockOrder(lines);
            return ordered.SequenceEqual(StockLine.InLockOrder(lines.Reverse()))
                && ordered.Sum(line => line.Quantity) == lines.Sum(line => line.Quantity)
                && ordered.Select(line => line.ProductId).Distinct().Count() == ordered.Count;
        }).QuickCheckThrowOnFailure();

    private static Guid Product(int number) => new(number * 7919 % 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)number);

    private static (long, long, long) Sum(params StockMovement[] movements) =>
        (movements.Sum(movement => movement.Available), movements.Sum(movement => movement.Reserved), movements.Sum(movement => movement.Sold));
}
