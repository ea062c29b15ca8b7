namespace Payments.Processor;

/// <summary>A card on its way to the tokeniser, without its code; its text form shows nothing of it.</summary>
internal sealed record CardDetails(string Number, int ExpMonth, int ExpYear)
{
    public override string ToString() => nameof(CardDetails);
}
