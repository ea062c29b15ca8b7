namespace ServiceDefaults;

/// <summary>A claim as stored. Without a status its request still runs, until the lease ends.</summary>
internal sealed class ClaimRow
{
    public byte[] RequestHash { get; init; } = [];

    public Guid ClaimId { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    public int? ResponseStatus { get; init; }

    public string? ResponseBody { get; init; }

    public string? ResponseLocation { get; init; }

    public StoredAnswer? Answer => ResponseStatus is { } status ? new StoredAnswer(status, ResponseBody, ResponseLocation) : null;
}
