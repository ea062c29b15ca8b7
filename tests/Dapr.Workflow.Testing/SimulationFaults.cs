namespace Dapr.Workflow.Testing;

/// <summary>What goes wrong in a simulation by chance.</summary>
public sealed record SimulationFaults
{
    /// <summary>Nothing goes wrong.</summary>
    public static SimulationFaults None { get; } = new();

    /// <summary>Some of everything.</summary>
    public static SimulationFaults Some { get; } = new() { Answers = 0.1, Commits = 0.01, Deaths = 3 };

    /// <summary>How often a worker loses an answer, and how often it sends one again; 0 to less than 1, default 0.</summary>
    public double Answers { get; init; }

    /// <summary>How often the store refuses a commit, and how often one is sent to it twice; 0 to 0.5, default 0.</summary>
    public double Commits { get; init; }

    /// <summary>How many processes die early, one after the other; default 0.</summary>
    public int Deaths { get; init; }
}
