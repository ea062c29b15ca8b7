using Fuzz.Input;

namespace Fuzz.Targets;

/// <summary>What is fuzzed.</summary>
internal interface ITarget
{
    /// <summary>The name, for <c>ONLY</c> and for kept seeds.</summary>
    string Name { get; }

    /// <summary>How many of the cases it gets, beside the weights of the others.</summary>
    int Weight { get; }

    /// <summary>Runs a case; what was found, or null.</summary>
    Task<Problem?> RunAsync(FuzzRandom random);
}

/// <summary>What a case found, and with which input.</summary>
/// <param name="IsSlow">Only that it took long, which is also true of any case on a machine that is busy: it counts when the case is slow again.</param>
internal sealed record Problem(string What, string Input, bool IsSlow = false)
{
    /// <summary>The problem of a case that took longer than it may.</summary>
    public static Problem? IfSlow(TimeSpan took, TimeSpan longest, string input) => took > longest ? new Problem($"took {took.TotalSeconds:0.0} s", input, IsSlow: true) : null;
}
