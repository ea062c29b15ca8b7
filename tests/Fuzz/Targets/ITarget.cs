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
internal sealed record Problem(string What, string Input);
