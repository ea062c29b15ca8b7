namespace ServiceDefaults;

/// <summary>A call was refused in a way that no repeat cures: a programming error of the caller.</summary>
public sealed class PermanentCallException : Exception
{
    /// <summary>Says which call and what happened.</summary>
    public PermanentCallException(string message, int status, string? code)
        : base(message)
    {
        Status = status;
        Code = code;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The problem's code, when the answer had one.</summary>
    public string? Code { get; }
}
