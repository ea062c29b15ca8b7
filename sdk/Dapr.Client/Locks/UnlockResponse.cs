namespace Dapr.Client;

/// <summary>The answer to an unlock.</summary>
public class UnlockResponse
{
    /// <summary>Creates the answer.</summary>
    public UnlockResponse(LockStatus status)
    {
        this.status = status;
    }

    /// <summary>The outcome.</summary>
#pragma warning disable IDE1006, SA1300 // the official package spells it in lower case
    public LockStatus status { get; set; }
#pragma warning restore IDE1006, SA1300
}
