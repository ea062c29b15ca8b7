using System.ComponentModel.DataAnnotations;

namespace PaymentProcessor;

/// <summary>Settings of the simulated processor (section <c>Processor</c>).</summary>
internal sealed class ProcessorOptions
{
    public const string Section = "Processor";

    /// <summary>After how long the slow card's capture answers, in milliseconds. Default 20000, 0 to 60000.</summary>
    [Range(0, 60_000, ErrorMessage = "Processor:SlowAnswerMilliseconds must be between 0 and 60000.")]
    public int SlowAnswerMilliseconds { get; init; } = 20_000;
}
