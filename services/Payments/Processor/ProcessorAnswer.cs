namespace Payments.Processor;

/// <summary>The processor did it, or refused for a reason.</summary>
internal sealed record ProcessorAnswer(string Outcome, ProcessorAuthorization Authorization, string? Code = null)
{
    public bool IsDone => Outcome == "done";
}
