using System.Text.Json;

namespace ServiceDefaults;

/// <summary>What a step answered: done, or rejected for a business reason.</summary>
/// <param name="Outcome">`done` or `rejected`.</param>
/// <param name="Code">Why it was rejected, e.g. `out_of_stock`.</param>
/// <param name="Detail">The reason in words.</param>
/// <param name="Body">The whole answer.</param>
public sealed record StepAnswer(string Outcome, string? Code, string? Detail, JsonElement Body)
{
    /// <summary>True when the step did its work.</summary>
    public bool IsDone => Outcome == "done";

    /// <summary>The answer's members as a type.</summary>
    public T Read<T>() => Body.Deserialize<T>(ServiceJson.Tolerant) ?? throw new JsonException("The answer is null.");
}
