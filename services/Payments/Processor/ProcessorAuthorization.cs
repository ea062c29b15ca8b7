namespace Payments.Processor;

/// <summary>An authorisation as the processor has it.</summary>
/// <param name="Status">AUTHORIZED, DECLINED, CAPTURED, VOIDED or REFUNDED.</param>
/// <param name="Code">Why it was declined.</param>
internal sealed record ProcessorAuthorization(string Id, string Status, string? Code = null)
{
    public bool IsDeclined => Status == "DECLINED";

    public bool IsCaptured => Status is "CAPTURED" or "REFUNDED";

    public bool IsVoided => Status == "VOIDED";
}
