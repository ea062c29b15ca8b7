namespace ServiceDefaults;

/// <summary>The schema cannot be brought to what the program needs; the message says why.</summary>
public sealed class MigrationException : Exception
{
    internal MigrationException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
