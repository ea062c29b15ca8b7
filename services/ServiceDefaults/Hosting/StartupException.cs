namespace ServiceDefaults;

/// <summary>The service cannot start; the message names the cause and the remedy.</summary>
public sealed class StartupException : Exception
{
    /// <summary>Says why.</summary>
    public StartupException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
