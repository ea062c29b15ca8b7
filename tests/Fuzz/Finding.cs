namespace Fuzz;

/// <summary>Something that must not happen: where, from which seed, what, and the input that did it.</summary>
internal sealed record Finding(string Target, int Seed, string Problem, string Input)
{
    private const int MostInput = 600;

    /// <inheritdoc />
    public override string ToString()
    {
        var input = Input.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return $"{Target} {Seed}: {Problem}\n    {(input.Length > MostInput ? input[..MostInput] + "..." : input)}";
    }
}
