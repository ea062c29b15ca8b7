namespace ServiceDefaults;

/// <summary>Collects everything that is wrong with the configuration, so that one start shows all of it.</summary>
public sealed class SettingErrors
{
    private readonly List<string> _errors = [];

    /// <summary>All errors so far.</summary>
    public IReadOnlyList<string> All => _errors;

    /// <summary>Adds an error.</summary>
    /// <param name="setting">Its name, e.g. `RateLimit:Free:PerMinute`.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="accepted">What would be right.</param>
    public void Add(string setting, string problem, string accepted) => _errors.Add($"{setting} {problem}; accepted: {accepted}.");
}
